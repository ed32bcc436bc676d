package dev.mesh.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * The namespace and key that a request names, taken from its target as it was sent: a key may hold
 * slashes, dots between slashes, and any UTF-8, which the server's own reading of paths would
 * normalize.
 *
 * @param key empty for the namespace as a whole
 */
record MemoryTarget(String namespace, Optional<String> key) {
  /** What the server adds to requests; the setting raw-request-uri-header asks for it. */
  private static final String SENT = "Raw-Request-URI";

  private static final String ROOT = "/v1/memory/";

  static MemoryTarget of(HttpRequest request) {
    String sent = request.getHeader(SENT).map(HttpHeader::value).orElseThrow();
    String path = sent.substring(0, end(sent, '?'));
    int root = path.indexOf(ROOT);
    if (root < 0) {
      throw Problem.invalid("name a namespace: /v1/memory/{namespace}/{key}");
    }
    String rest = path.substring(root + ROOT.length());
    int slash = end(rest, '/');
    Optional<String> key =
        slash == rest.length() ? Optional.empty() : Optional.of(decode(rest.substring(slash + 1)));
    return new MemoryTarget(decode(rest.substring(0, slash)), key);
  }

  String requiredKey() {
    return key.orElseThrow(() -> Problem.invalid("name a key: /v1/memory/" + namespace + "/{key}"));
  }

  private static int end(String text, char end) {
    int at = text.indexOf(end);
    return at < 0 ? text.length() : at;
  }

  private static String decode(String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    byte[] sent = encoded.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < sent.length; i++) {
      if (sent[i] == '%') {
        bytes.write(hex(sent, i + 1, encoded) << 4 | hex(sent, i + 2, encoded));
        i += 2;
      } else {
        bytes.write(sent[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw Problem.invalid("'" + encoded + "' is not percent-encoded UTF-8");
    }
  }

  private static int hex(byte[] sent, int at, String encoded) {
    int digit = at < sent.length ? Character.digit(sent[at], 16) : -1;
    if (digit < 0) {
      throw Problem.invalid("'" + encoded + "' has a % without two hexadecimal digits behind it");
    }
    return digit;
  }
}
