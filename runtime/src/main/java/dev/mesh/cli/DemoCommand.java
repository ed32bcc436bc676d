package dev.mesh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mesh demo}: a whole mesh on this machine that does real work, checked. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Start peers as processes of their own, have them digest and count every file below a folder,"
          + " check what they say against a plain count, and stop them."
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MAX_PEERS = 9;

  /** The demo is over before the optimizing compiler has earned its keep. */
  private static final String FOR_A_SHORT_LIFE = "-XX:TieredStopAtLevel=1";

  @Spec private CommandSpec spec;

  @Option(names = "--peers", defaultValue = "3", description = "How many peers, 1 to 9 (3).")
  private int peers;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The folder whose files are worked on (the project's own).")
  private Path folder;

  @Option(
      names = "--kill",
      description = "Kill one peer half way (kill -9) and start it again at the end.")
  private boolean kill;

  @Option(names = "--json", description = "The summary as one JSON object, on the last line.")
  private boolean json;

  @Override
  public Integer call() {
    if (peers < 1 || peers > MAX_PEERS) {
      throw usage("--peers " + peers + " is not in 1 to " + MAX_PEERS);
    }
    if (kill && peers < 3) {
      throw usage("--kill needs 3 peers or more: with " + peers + " no majority would be left");
    }
    Console console = Console.of(spec);
    DemoJob job = DemoJob.of(folder == null ? projectFolder() : folder);
    LocalMesh mesh = new LocalMesh(peerCommand(), FOR_A_SHORT_LIFE, temporaryFolder(), peers, "");
    Thread onSignal = new Thread(() -> tidy(mesh), "demo-stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      DemoSummary summary = run(console, mesh, job);
      mesh.stop();
      mesh.delete();
      show(console, summary);
      return summary.exitCode();
    } catch (RuntimeException e) {
      mesh.stop();
      console.status("");
      console.say("mesh: what the peers wrote is kept in " + mesh.folder());
      throw e;
    } finally {
      forget(onSignal);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending and the hook is at work already.
    }
  }

  private static void tidy(LocalMesh mesh) {
    mesh.stop();
    mesh.delete();
  }

  private DemoSummary run(Console console, LocalMesh mesh, DemoJob job) {
    console.say(
        "Starting " + peers + " peers; " + job.size() + " tasks for " + job.files() + " files");
    mesh.startAll();
    mesh.awaitReady(READY);
    int victim = peers - 1;
    List<String> notes = new ArrayList<>();
    DemoTally tally =
        new DemoTally(
            job.size(),
            () -> {
              if (kill) {
                console.say("kill -9 " + mesh.kill(victim));
              }
            });
    long start = System.nanoTime();
    MeshClient client = new MeshClient(mesh.urls(), Optional.empty(), PATIENCE);
    try (DemoProgress progress = new DemoProgress(console, job.size(), tally)) {
      progress.start();
      new Job(client, PATIENCE, tally).run(job.tasks());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (kill) {
      mesh.start(victim);
      mesh.awaitReady(READY);
      notes.add("The killed peer is back.");
    }
    List<String> differences = job.differences(tally.results());
    differences.forEach(console::say);
    tally.failures().forEach(failure -> console.say("failed: " + failure));
    return new DemoSummary(
        job.size(),
        tally.completed(),
        tally.failed(),
        tally.lost(),
        ExecutionLogs.runMoreThanOnce(mesh.executionLogs()),
        seconds,
        tally.shares(),
        differences.isEmpty() && tally.completed() > 0,
        notes);
  }

  private void show(Console console, DemoSummary summary) {
    if (json) {
      console.print(summary.json());
    } else {
      console.print("");
      summary.print(console);
    }
  }

  /** What starts a peer when the options of {@code mesh up} follow. */
  static List<String> peerCommand() {
    return List.of(launched("mesh.launcher"), "up");
  }

  /** What starts this program; a command follows. */
  static List<String> launcher() {
    return List.of(launched("mesh.launcher"));
  }

  static Path projectFolder() {
    return Path.of(launched("mesh.project"));
  }

  private static String launched(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new CliException(
          ExitCode.FAILED, "this command starts peers by runtime/bin/mesh; start it by that, too");
    }
    return value;
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("mesh-demo-");
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "no temporary folder can be made: " + e);
    }
  }
}
