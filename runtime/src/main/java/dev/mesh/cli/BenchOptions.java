package dev.mesh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What every bench can be told. */
final class BenchOptions {
  private static final int MAX_OUTSTANDING = 10_000;
  private static final int MAX_PAYLOAD = 100_000;
  private static final int MAX_SECONDS = 600;

  @Option(
      names = "--outstanding",
      paramLabel = "C",
      defaultValue = "1",
      description = "Operations under way at once, each by a writer of its own (1).")
  int outstanding;

  @Option(
      names = "--payload",
      paramLabel = "BYTES",
      defaultValue = "256",
      description = "Size of an event (256).")
  int payload;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "8",
      description = "How long to measure, after the warm-up (8).")
  int seconds;

  @Option(names = "--json", description = "The figures as one JSON object.")
  boolean json;

  void check(CommandSpec spec) {
    within(spec, "--outstanding", outstanding, 1, MAX_OUTSTANDING);
    within(spec, "--payload", payload, 0, MAX_PAYLOAD);
    within(spec, "--seconds", seconds, 1, MAX_SECONDS);
  }

  Duration duration() {
    return Duration.ofSeconds(seconds);
  }

  private static void within(CommandSpec spec, String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), option + " " + value + " is not in " + min + " to " + max);
    }
  }

  static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("mesh-bench-");
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "no temporary folder can be made: " + e);
    }
  }
}
