package dev.mesh.multijvm.testkit;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real peer: {@code mesh up} in a JVM of its own, and the signals that can befall it. It keeps
 * its folder and its ports when it is started again. Used by one thread.
 */
public final class PeerProcess implements AutoCloseable {
  /** Long enough for a peer on a machine that is busy with others; reached by failures alone. */
  public static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final String MAIN = "dev.mesh.cli.Main";

  private static final Duration POLL = Duration.ofMillis(200);

  private final String name;
  private final Path log;
  private final Path executionLog;
  private final List<String> arguments;
  private final List<String> within;
  private final PeerAddress address;
  private final MeshClient client;
  private ChildJvm jvm;

  /**
   * @param address where it will serve clients
   * @param within the command that runs it where it is to live; empty for here
   * @param arguments for the command line
   */
  PeerProcess(
      String name,
      Path log,
      PeerAddress address,
      Path executionLog,
      List<String> within,
      List<String> arguments) {
    this.name = name;
    this.log = log;
    this.executionLog = executionLog;
    this.within = List.copyOf(within);
    this.arguments = List.copyOf(arguments);
    this.address = address;
    this.client = new MeshClient(address);
  }

  /** Starts the process, the first time or again. Returns at once. */
  public void start() {
    if (jvm != null && jvm.alive()) {
      throw new IllegalStateException(name + " runs already, as process " + jvm.pid());
    }
    jvm = ChildJvm.start(name, log, within, classPath(), List.of(), MAIN, arguments);
  }

  /** Starts the command line. */
  public static ChildJvm launch(String name, Path log, List<String> arguments) {
    return ChildJvm.start(name, log, List.of(), classPath(), List.of(), MAIN, arguments);
  }

  /** Starts an application that embeds the mesh; its log is in the folder of the test. */
  public static ChildJvm application(
      String test, String name, String mainClass, List<String> arguments) {
    return ChildJvm.start(
        name, PeerLogs.of(test, name), List.of(), classPath(), List.of(), mainClass, arguments);
  }

  /** As users have it: Pekko refuses the multi-node testkit, whose version is another. */
  private static String classPath() {
    return Stream.of(ChildJvm.testClassPath().split(File.pathSeparator))
        .filter(entry -> !entry.contains("pekko-multi-node-testkit"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  public String name() {
    return name;
  }

  /** Where the peer notes each run of a handler; missing until the first. */
  public Path executionLog() {
    return executionLog;
  }

  /** What the process is started with, after the class name. */
  public List<String> arguments() {
    return arguments;
  }

  /** Where it serves clients. */
  public PeerAddress address() {
    return address;
  }

  public MeshClient client() {
    return client;
  }

  public ChildJvm jvm() {
    return jvm;
  }

  /** Waits until the peer reports this health. */
  public void awaitHealth(String wanted) {
    await(name + " is " + wanted)
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .failFast(this::checkAlive)
        .until(client::health, Optional.of(wanted)::equals);
  }

  private void checkAlive() {
    if (!jvm.alive()) {
      throw new AssertionError(name + " has ended:\n" + jvm.logTail());
    }
  }

  /** SIGKILL: it ends at once, whatever it is doing. */
  public void kill9() {
    jvm.close();
  }

  /** SIGSTOP: it does nothing any more, and its connections stay open. */
  public void freeze() {
    jvm.signal("STOP");
  }

  /** SIGCONT: it goes on where it was. */
  public void thaw() {
    jvm.signal("CONT");
  }

  /** SIGTERM: it leaves in order. */
  public void stop() {
    jvm.signal("TERM");
    jvm.awaitExit(PATIENCE);
  }

  /** Ends the process if it was ever started. */
  @Override
  public void close() {
    if (jvm != null) {
      jvm.close();
    }
  }
}
