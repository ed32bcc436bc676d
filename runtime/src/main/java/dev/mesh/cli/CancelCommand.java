package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh cancel ID}: cancels a task. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Cancel a task that has not ended.")
final class CancelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Parameters(paramLabel = "ID", description = "The task's id.")
  private String id;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    JsonNode task = mesh.client().delete("/v1/tasks/" + Ids.inPath(id));
    boolean cancelled = TaskText.status(task).equals("cancelled");
    if (mesh.json()) {
      console.print(task);
    } else if (cancelled) {
      console.print("cancelled " + id);
    }
    if (!cancelled) {
      console.say("mesh: task " + id + " had ended before: " + TaskText.status(task));
    }
    return cancelled ? ExitCode.DONE : ExitCode.FAILED;
  }
}
