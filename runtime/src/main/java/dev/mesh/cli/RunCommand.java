package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mesh run}: many tasks at once, each result as it comes. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    customSynopsis = {
      "mesh run [OPTIONS] [--each GLOB] -- CMD [ARG|{}]...",
      "mesh run [OPTIONS] FILE.jsonl"
    },
    description = {
      "Run a command for each input, in parallel, like xargs: inputs are the lines of standard"
          + " input, or with --each the files that match. {} stands for the input; without one the"
          + " input is the last argument. The peers must have been started with --allow-exec.",
      "Or run the tasks of a file: one JSON object a line, like {\"kind\":\"echo\",\"payload\":\"x\"}."
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Option(
      names = "--each",
      paramLabel = "GLOB",
      description = "A task for each file that matches, such as 'logs/**.gz'.")
  private String each;

  @Option(names = "--placement", description = "auction (default), hash or capability.")
  private String placement;

  @Option(names = "--retries", description = "Tries of each task after a failure, 0 to 100.")
  private Integer retries;

  @Option(
      names = "--patience",
      paramLabel = "DURATION",
      converter = Durations.class,
      defaultValue = "60s",
      description = "How long to go on while no peer or no quorum answers (60s).")
  private Duration patience;

  @Parameters(paramLabel = "CMD|FILE", description = "The command, or the file of tasks.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    Report report = new Report(console, mesh.json());
    try (Inputs inputs = inputs()) {
      Iterator<ObjectNode> tasks = inputs.tasks(this::adorn);
      new Job(mesh.client(patience), patience, report).run(tasks);
    }
    console.status("");
    return report.failures.get() == 0 ? ExitCode.DONE : ExitCode.SOME_FAILED;
  }

  private Inputs inputs() {
    boolean command = spec.commandLine().getParseResult().originalArgs().contains("--");
    if (arguments.isEmpty()) {
      throw usage("give a file of tasks, or a command after --");
    }
    if (command) {
      return each == null
          ? Inputs.commandForEachLine(arguments)
          : Inputs.commandForEachFile(arguments, each);
    }
    if (arguments.size() > 1 || each != null) {
      throw usage("put -- before the command: mesh run --each GLOB -- CMD {}");
    }
    return Inputs.file(arguments.get(0));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private ObjectNode adorn(ObjectNode task) {
    if (placement != null) {
      task.put("placement", placement);
    }
    if (retries != null) {
      task.put("retries", retries);
    }
    return task;
  }

  /** Prints each end as it comes, and how many are done. */
  private static final class Report implements Job.Listener {
    private final Console console;
    private final boolean json;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    Report(Console console, boolean json) {
      this.console = console;
      this.json = json;
    }

    @Override
    public void accepted(String id) {
      accepted.incrementAndGet();
    }

    @Override
    public void refused(String id, JsonNode error) {
      failed(id, error, error.path("message").asText());
    }

    @Override
    public void lost(String id, String reason) {
      failed(id, Console.MAPPER.createObjectNode().put("id", id).put("error", reason), reason);
    }

    @Override
    public void ended(JsonNode task) {
      done.incrementAndGet();
      if (!TaskText.completed(task)) {
        failed(task.path("id").asText(), task, TaskText.reason(task));
      } else if (json) {
        console.print(task);
      } else {
        printResult(task);
      }
      console.status(done + " of " + accepted + " done, " + failures + " failed");
    }

    /** A command's output goes where the command would have written it. */
    private void printResult(JsonNode task) {
      Optional<JsonNode> output = TaskText.commandOutput(task);
      String result =
          output.map(streams -> streams.path("stdout").asText()).orElse(TaskText.result(task));
      String errors = output.map(streams -> streams.path("stderr").asText()).orElse("");
      if (!result.isBlank()) {
        console.print(result.stripTrailing());
      }
      if (!errors.isBlank()) {
        console.say(errors.stripTrailing());
      }
      if (output.isPresent() && output.get().path("truncated").asBoolean()) {
        console.say("mesh: task " + task.path("id").asText() + ": its output was cut");
      }
    }

    private void failed(String id, JsonNode answer, String reason) {
      failures.incrementAndGet();
      if (json) {
        console.print(answer);
      } else {
        console.say("mesh: task " + id + ": " + reason);
      }
    }
  }
}
