package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh task ID}: shows one task. */
@Command(
    name = "task",
    mixinStandardHelpOptions = true,
    description = "Show a task, its history and its result.")
final class TaskCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Parameters(paramLabel = "ID", description = "The task's id.")
  private String id;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      converter = Durations.class,
      description =
          "Wait for its end this long; then exit 0 if it completed, 1 if it ended otherwise,"
              + " 4 if it has not ended.")
  private Duration wait;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    MeshClient client = mesh.client();
    if (wait != null) {
      JsonNode task = WaitForTask.until(client, Ids.inPath(id), wait);
      return WaitForTask.report(console, task, mesh.json());
    }
    JsonNode task = client.get("/v1/tasks/" + Ids.inPath(id));
    if (mesh.json()) {
      console.print(task);
    } else {
      TaskText.describe(console, task);
    }
    return ExitCode.DONE;
  }
}
