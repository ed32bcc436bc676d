package dev.mesh.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code mesh bench tasks}: what becomes of a peer's tasks when it is killed or frozen, over and
 * over, in a mesh of three peers with the settings of {@code config/fast.conf}.
 */
@Command(
    name = "tasks",
    mixinStandardHelpOptions = true,
    description = "How long the tasks of a peer that fails are without one that runs them.")
final class BenchTasksCommand implements Callable<Integer> {
  private static final int PEERS = 3;
  private static final int RUNS = 5;
  private static final Duration READY = Duration.ofMinutes(2);

  /** Room for all tasks at two peers. */
  private static final int SLOTS = 2 * FailoverRun.TASKS;

  private static final String SETTINGS =
      """
      include file("%s")
      mesh.work.slots = %d
      mesh.work.dispatcher.thread-pool-executor.core-pool-size-min = %2$d
      """;

  @Spec private CommandSpec spec;

  @Option(
      names = "--failover",
      description = "From the failure to all of the peer's tasks running elsewhere: median of 5.")
  private boolean failover;

  @Option(names = "--freeze", description = "Freeze peers (SIGSTOP) instead of killing them (-9).")
  private boolean freeze;

  @Option(names = "--json", description = "The figures as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (!failover) {
      throw new ParameterException(
          spec.commandLine(), "of tasks only failover is measured: give --failover");
    }
    String fast = DemoCommand.projectFolder().resolve("config/fast.conf").toString();
    LocalMesh mesh =
        new LocalMesh(
            DemoCommand.peerCommand(),
            "",
            BenchOptions.temporaryFolder(),
            PEERS,
            SETTINGS.formatted(fast, SLOTS));
    Thread onSignal = new Thread(mesh::stop, "bench-stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      mesh.startAll();
      mesh.awaitReady(READY);
      return measure(mesh);
    } finally {
      mesh.killAll();
      mesh.delete();
      DemoCommand.forget(onSignal);
    }
  }

  private int measure(LocalMesh mesh) {
    List<Double> seconds = new ArrayList<>();
    long acceptedTwice = 0;
    int moved = 0;
    for (int run = 0; run < RUNS; run++) {
      FailoverRun.Outcome outcome = new FailoverRun(mesh, run, freeze).measure();
      seconds.add(outcome.seconds());
      moved += outcome.moved();
      acceptedTwice += outcome.acceptedTwice();
    }
    double median = seconds.stream().sorted().toList().get(RUNS / 2);
    String fault = freeze ? "SIGSTOP" : "kill -9";
    Console console = Console.of(spec);
    if (json) {
      var figures = Console.MAPPER.createObjectNode();
      figures.put("bench", "tasks-failover").put("fault", fault).put("medianSeconds", median);
      seconds.forEach(figures.putArray("seconds")::add);
      console.print(figures.put("tasksMoved", moved).put("acceptedTwice", acceptedTwice));
    } else {
      console.print(
          String.format(
              Locale.ROOT,
              "tasks failover: %s of a peer to all its tasks running elsewhere, median of %d:"
                  + " %.1f s  %s  %d tasks moved, %d results accepted twice"
                  + "  (heartbeat time-out 2 s)",
              fault,
              RUNS,
              median,
              seconds.stream().map(s -> String.format(Locale.ROOT, "%.1f", s)).toList(),
              moved,
              acceptedTwice));
    }
    return acceptedTwice == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }
}
