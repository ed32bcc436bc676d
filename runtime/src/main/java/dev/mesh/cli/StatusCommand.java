package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mesh status}: whether the mesh works. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Say whether the mesh works; exit 0 if it takes work, 3 if it does not.")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    MeshClient client = mesh.client();
    ObjectNode status = (ObjectNode) client.get("/v1/health");
    JsonNode peers = client.get("/v1/peers");
    int up = 0;
    for (JsonNode peer : peers) {
      up += peer.path("status").asText().equals("up") ? 1 : 0;
    }
    String state = status.path("status").asText();
    if (mesh.json()) {
      console.print(status.put("peersUp", up).put("peers", peers.size()));
    } else {
      console.print("status  " + state);
      console.print("peer    " + status.path("peer").asText());
      console.print("leader  " + TaskText.orDash(status.path("leader")));
      console.print("peers   " + up + " up of " + peers.size());
      if (status.has("detail")) {
        console.print("detail  " + status.path("detail").asText());
      }
    }
    return state.equals("ok") ? ExitCode.DONE : ExitCode.NO_QUORUM;
  }
}
