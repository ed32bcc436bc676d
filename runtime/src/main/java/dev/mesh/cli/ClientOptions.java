package dev.mesh.cli;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of every command that asks a peer. */
final class ClientOptions {
  @Option(
      names = "--mesh",
      paramLabel = "URL",
      split = ",",
      defaultValue = "${env:MESH_URL:-http://127.0.0.1:7070}",
      description =
          "HTTP address of a peer; several with commas between are tried in turn"
              + " (MESH_URL, else http://127.0.0.1:7070)")
  private List<String> urls = new ArrayList<>();

  @Option(names = "--json", description = "One JSON object, or one a line.")
  private boolean json;

  boolean json() {
    return json;
  }

  /** A client that gives up at once when no peer can answer. */
  MeshClient client() {
    return client(Duration.ZERO);
  }

  /** A client that goes on trying for {@code patience} while no peer can answer. */
  MeshClient client(Duration patience) {
    List<URI> peers = urls.stream().map(ClientOptions::peer).toList();
    return new MeshClient(peers, Optional.ofNullable(System.getenv("MESH_TOKEN")), patience);
  }

  private static URI peer(String url) {
    try {
      URI uri = URI.create(url.strip().replaceAll("/+$", ""));
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw wrong(url);
    }
    throw wrong(url);
  }

  private static CliException wrong(String url) {
    return CliException.wrongUsage("--mesh '" + url + "' is no address like http://127.0.0.1:7070");
  }
}
