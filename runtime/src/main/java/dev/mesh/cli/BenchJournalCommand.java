package dev.mesh.cli;

import dev.mesh.persistence.local.JournalBench;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mesh bench journal}: persistent actors on the local journal. */
@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    description = "Persistent actors on the local journal, each with one event under way.")
final class BenchJournalCommand implements Callable<Integer> {
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  @Spec private CommandSpec spec;
  @Mixin private BenchOptions options;

  @Override
  public Integer call() {
    options.check(spec);
    Path folder = BenchOptions.temporaryFolder();
    try {
      JournalBench.run(folder, options.outstanding, options.payload, WARM_UP);
      long busyBefore = processorNanos();
      JournalBench.Result result =
          JournalBench.run(folder, options.outstanding, options.payload, options.duration());
      long busy = processorNanos() - busyBefore;
      new BenchFigures(
              "journal",
              options,
              result.operations(),
              result.seconds(),
              Latencies.of(result.latencies()),
              "fsync on one disk",
              0,
              costs(result, busy))
          .show(Console.of(spec));
      return ExitCode.DONE;
    } finally {
      Folders.delete(folder);
    }
  }

  private static Map<String, Double> costs(JournalBench.Result result, long busyNanos) {
    Map<String, Double> costs = new LinkedHashMap<>();
    costs.put("fsyncsPerSecond", result.syncs() / result.seconds());
    costs.put("eventsPerFsync", (double) result.operations() / result.syncs());
    costs.put("cpuMicrosPerOp", busyNanos / 1e3 / result.operations());
    return costs;
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
