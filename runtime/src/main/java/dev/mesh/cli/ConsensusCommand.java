package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh consensus}: changes who holds and leads a group. */
@Command(
    name = "consensus",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(transfer | add | remove)",
    description = {
      "Change who holds a replication group, and who leads it; 'mesh status' shows the groups.",
      "The mesh goes on moving replicas and leaders to where its ring has them, so a change against"
          + " the ring does not last."
    })
final class ConsensusCommand implements Runnable {
  private static final String GROUP = "Number of the group, or the name an application gave it.";
  private static final String PEER = "Id of the peer.";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: transfer, add or remove");
  }

  @Command(
      name = "transfer",
      mixinStandardHelpOptions = true,
      description = "Have a group's leader hand over to another of its voters.")
  int transfer(
      @Mixin ClientOptions mesh,
      @Parameters(paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(paramLabel = "PEER", description = PEER) String peer) {
    return change(mesh, group, "transfer", "to", peer);
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Make a peer a voter of a group, once it has learnt all that the group holds.")
  int add(
      @Mixin ClientOptions mesh,
      @Parameters(paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(paramLabel = "PEER", description = PEER) String peer) {
    return change(mesh, group, "members", "add", peer);
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Take a peer out of a group.")
  int remove(
      @Mixin ClientOptions mesh,
      @Parameters(paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(paramLabel = "PEER", description = PEER) String peer) {
    return change(mesh, group, "members", "remove", peer);
  }

  private int change(ClientOptions mesh, String group, String what, String field, String peer) {
    ObjectNode body = Console.MAPPER.createObjectNode().put(field, peer);
    JsonNode done = mesh.client().post("/v1/consensus/" + Ids.inPath(group) + "/" + what, body);
    Console console = Console.of(spec);
    if (mesh.json()) {
      console.print(done);
    } else {
      console.print(done.path("message").asText());
    }
    return done.path("outcome").asText().equals("learner") ? ExitCode.TIMED_OUT : ExitCode.DONE;
  }
}
