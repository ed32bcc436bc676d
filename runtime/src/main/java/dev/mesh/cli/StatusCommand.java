package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
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
    long up = count(peers, "up");
    long all = peers.size() - count(peers, "left");
    String state = status.path("status").asText();
    JsonNode groups = state.equals("starting") ? MissingNode.getInstance() : groups(client);
    if (mesh.json()) {
      status.put("peersUp", up).put("peers", all);
      if (groups.isArray()) {
        status.set("groups", groups);
      }
      console.print(status);
    } else {
      console.print("status  " + state);
      console.print("peer    " + status.path("peer").asText());
      console.print("leader  " + TaskText.orDash(status.path("leader")));
      console.print("peers   " + up + " up of " + all);
      if (status.has("detail")) {
        console.print("detail  " + status.path("detail").asText());
      }
      print(groups, console);
    }
    return state.equals("ok") ? ExitCode.DONE : ExitCode.NO_QUORUM;
  }

  private static long count(JsonNode peers, String status) {
    return StreamSupport.stream(peers.spliterator(), false)
        .filter(peer -> peer.path("status").asText().equals(status))
        .count();
  }

  /** Absent if the peer cannot say: its state is what counts here. */
  private static JsonNode groups(MeshClient client) {
    try {
      return client.get("/v1/consensus");
    } catch (CliException e) {
      return MissingNode.getInstance();
    }
  }

  private static void print(JsonNode groups, Console console) {
    if (groups.isEmpty()) {
      return;
    }
    Table table = new Table("group", "leader", "term", "commit", "applied", "lag", "others");
    for (JsonNode group : groups) {
      table.row(
          group.path("name").asText(group.path("group").asText()),
          TaskText.orDash(group.path("leader")),
          TaskText.orDash(group.path("term")),
          TaskText.orDash(group.path("commit")),
          TaskText.orDash(group.path("applied")),
          TaskText.orDash(group.path("lag")),
          others(group));
    }
    console.print("");
    table.lines().forEach(console::print);
  }

  /** The members beside the leader; of each what is not as it should be. */
  private static String others(JsonNode group) {
    List<String> others = new ArrayList<>();
    for (JsonNode member : group.path("members")) {
      if (!member.path("id").equals(group.path("leader"))) {
        String state = member.path("voter").asBoolean() ? "" : " learner";
        String answers = member.path("reachable").asBoolean() ? "" : " silent";
        others.add(member.path("id").asText() + state + answers);
      }
    }
    return String.join(", ", others);
  }
}
