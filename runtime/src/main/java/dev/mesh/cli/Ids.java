package dev.mesh.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** What users type, made fit for a URL. */
final class Ids {
  private Ids() {}

  /** {@code text} as one segment of a path or one value of a query. */
  static String inPath(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
