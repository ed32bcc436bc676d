package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mesh tasks}: lists tasks. */
@Command(
    name = "tasks",
    mixinStandardHelpOptions = true,
    description = "List tasks in the order of their ids.")
final class TasksCommand implements Callable<Integer> {
  private static final int PAGE = 500;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Option(
      names = "--status",
      description = "Only queued, awarded, running, completed, failed, cancelled or expired ones.")
  private String status;

  @Option(names = "--limit", defaultValue = "100", description = "How many at most (100).")
  private int limit;

  @Option(names = "--after", paramLabel = "ID", description = "Only those after this id.")
  private String after;

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + " is less than 1");
    }
    Console console = Console.of(spec);
    MeshClient client = mesh.client();
    Table table = new Table("id", "kind", "status", "peer", "attempt", "note");
    int left = limit;
    boolean more = true;
    while (left > 0 && more) {
      int page = Math.min(left, PAGE);
      JsonNode tasks = client.get(query(page));
      for (JsonNode task : tasks) {
        if (mesh.json()) {
          console.print(task);
        } else {
          table.row(
              task.path("id").asText(),
              task.path("kind").asText(),
              TaskText.status(task),
              TaskText.orDash(task.path("peer")),
              task.path("attempt").asText(),
              TaskText.completed(task) ? "" : note(task));
        }
        after = task.path("id").asText();
      }
      left -= tasks.size();
      more = tasks.size() == page;
    }
    if (!mesh.json()) {
      table.lines().forEach(console::print);
    }
    return ExitCode.DONE;
  }

  private String query(int page) {
    return "/v1/tasks?limit="
        + page
        + (status == null ? "" : "&status=" + Ids.inPath(status))
        + (after == null ? "" : "&after=" + Ids.inPath(after));
  }

  private static String note(JsonNode task) {
    return task.path("error").asText(task.path("why").asText());
  }
}
