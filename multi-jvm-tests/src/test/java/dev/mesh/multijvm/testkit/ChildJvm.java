package dev.mesh.multijvm.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that a test started. What it prints goes to a log file; a second start with the same log
 * adds to it. It ends with the test's JVM at the latest. Thread-safe.
 */
public final class ChildJvm implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dfile.encoding=UTF-8",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
  private static final int TAIL_BYTES = 8 * 1024;

  private final String name;
  private final Path log;
  private final Process process;

  private ChildJvm(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a JVM.
   *
   * @param within a command that executes the rest of its arguments in its own place, in another
   *     environment; empty for this one
   * @param options for the JVM, after those that all have
   */
  static ChildJvm start(
      String name,
      Path log,
      List<String> within,
      String classPath,
      List<String> options,
      String mainClass,
      List<String> arguments) {
    List<String> command = new ArrayList<>(within);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(arguments);
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new ChildJvm(name, log, process);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + " with its log in " + log, e);
    }
  }

  /**
   * Starts the main class of a test in a JVM that lives in another environment.
   *
   * @param within as for {@link #start}
   * @param test names the folder of its log
   * @param options for the JVM, after those that all have
   */
  public static ChildJvm within(
      List<String> within,
      String test,
      Class<?> main,
      List<String> options,
      List<String> arguments) {
    return start(
        test,
        PeerLogs.of(test, "test"),
        within,
        testClassPath(),
        options,
        main.getName(),
        arguments);
  }

  /**
   * The class path of this JVM. Surefire and Failsafe start the tests from a jar that only points
   * to it.
   */
  static String testClassPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Completes with the exit code once the JVM has ended. */
  public CompletableFuture<Integer> exited() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * The exit code of a JVM that is about to end.
   *
   * @throws AssertionError with the log's tail, if it lives on after {@code bound}
   */
  public int awaitExit(Duration bound) {
    try {
      if (process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError(name + " has not ended within " + bound + ":\n" + logTail());
  }

  /**
   * Sends a signal.
   *
   * @param signal as {@code kill} takes it, for example {@code STOP}
   */
  public void signal(String signal) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (code != 0) {
        throw new AssertionError("kill -" + signal + " of " + name + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while signalling " + name, e);
    }
  }

  /** The end of the log, at most {@value #TAIL_BYTES} bytes. */
  public String logTail() {
    try {
      byte[] all = Files.readAllBytes(log);
      int from = Math.max(0, all.length - TAIL_BYTES);
      return "---- "
          + log
          + "\n"
          + new String(all, from, all.length - from, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "---- " + log + " cannot be read: " + e;
    }
  }

  /** Kills the JVM with SIGKILL, also when it is frozen, and waits for its end. */
  @Override
  public void close() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(30));
  }
}
