package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Peers on this machine, each a process of its own, with all that they write in one folder. Not
 * thread-safe, but {@link #stop} may be called by any thread at any time.
 */
final class LocalMesh {
  private static final Duration STOPPING = Duration.ofSeconds(15);
  private static final long LOOK_MILLIS = 100;
  private static final int TAIL_LINES = 15;

  private final List<String> command;
  private final String javaOptions;
  private final Path folder;
  private final String settings;
  private final List<Member> members;
  private final List<Process> started = new ArrayList<>();
  private boolean stopped;

  /**
   * Prepares {@code count} peers on free ports; none is started.
   *
   * @param command starts a peer when the options of {@code mesh up} follow
   * @param javaOptions for the peers' JVMs, before those of the environment
   * @param folder exists and is empty
   * @param settings for each peer, in HOCON
   */
  LocalMesh(List<String> command, String javaOptions, Path folder, int count, String settings) {
    this.command = List.copyOf(command);
    this.javaOptions = javaOptions;
    this.folder = folder;
    this.settings = settings;
    List<Integer> ports = freePorts(2 * count);
    this.members =
        IntStream.range(0, count)
            .mapToObj(i -> Member.of("demo-" + (i + 1), ports.get(2 * i), ports.get(2 * i + 1)))
            .toList();
  }

  /** Ports that nobody listened on a moment ago. */
  private static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on this machine", e);
    }
  }

  int size() {
    return members.size();
  }

  String name(int index) {
    return members.get(index).name();
  }

  List<URI> urls() {
    return members.stream().map(Member::url).toList();
  }

  void startAll() {
    for (int i = 0; i < members.size(); i++) {
      start(i);
    }
  }

  /** Starts a peer on the folder and the ports that are its own. */
  synchronized void start(int index) {
    if (stopped) {
      throw new CliException(ExitCode.FAILED, "stopped");
    }
    Member member = members.get(index);
    try {
      Files.createDirectories(dataOf(member));
      Files.writeString(
          configOf(member),
          "mesh.work.execution-log = "
              + ConfigValueFactory.fromAnyRef(executionLogOf(member).toString()).render()
              + "\n"
              + "mesh.node.leave-on-stop = off\n"
              + settings);
      ProcessBuilder builder = new ProcessBuilder(commandOf(member));
      builder.environment().put("MESH_SKIP_BUILD", "1");
      builder.environment().merge("MESH_JAVA_OPTS", javaOptions, (given, own) -> own + " " + given);
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logOf(member).toFile()));
      Process process = builder.start();
      process.getOutputStream().close();
      if (index < started.size()) {
        started.set(index, process);
      } else {
        started.add(process);
      }
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "peer " + member.name() + " cannot start: " + e);
    }
  }

  private List<String> commandOf(Member member) {
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of("--name", member.name()));
    line.addAll(List.of("--port", Integer.toString(member.port())));
    line.addAll(List.of("--http", Integer.toString(member.http())));
    line.addAll(List.of("--data", dataOf(member).toString()));
    line.addAll(List.of("--seeds", String.join(",", seeds())));
    line.addAll(List.of("--expect", Integer.toString(members.size())));
    line.addAll(List.of("--config", configOf(member).toString()));
    return line;
  }

  /**
   * Waits until every peer takes work.
   *
   * @throws CliException if one ends, or if that takes longer than {@code limit}
   */
  void awaitReady(Duration limit) {
    long start = System.nanoTime();
    for (int i = 0; i < members.size(); i++) {
      while (!isReady(members.get(i))) {
        checkAlive(i);
        if (System.nanoTime() - start > limit.toNanos()) {
          throw new CliException(
              ExitCode.TIMED_OUT,
              "peer " + members.get(i).name() + " was not ready in " + limit + tail(i));
        }
        pause(LOOK_MILLIS);
      }
    }
  }

  private static boolean isReady(Member member) {
    try {
      JsonNode health = member.client().get("/v1/health");
      return health.path("status").asText().equals("ok");
    } catch (CliException e) {
      return false;
    }
  }

  private synchronized void checkAlive(int index) {
    if (!started.get(index).isAlive()) {
      throw new CliException(
          ExitCode.FAILED, "peer " + members.get(index).name() + " ended" + tail(index));
    }
  }

  /** Kills a peer as {@code kill -9} does, and waits until it is gone. */
  synchronized String kill(int index) {
    Process process = started.get(index);
    process.destroyForcibly();
    waitFor(process, STOPPING);
    return members.get(index).name();
  }

  /**
   * Stops a peer as {@code kill -STOP} does: it does nothing any more but keeps its connections.
   */
  synchronized void freeze(int index) {
    signal(index, "STOP");
  }

  /** Lets a frozen peer go on. */
  synchronized void thaw(int index) {
    signal(index, "CONT");
  }

  private void signal(int index, String signal) {
    String pid = Long.toString(started.get(index).pid());
    try {
      Process sender = new ProcessBuilder("kill", "-" + signal, pid).inheritIO().start();
      if (!waitFor(sender, STOPPING) || sender.exitValue() != 0) {
        throw new CliException(ExitCode.FAILED, "kill -" + signal + " " + pid + " failed");
      }
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "no command \"kill\" on this machine: " + e);
    }
  }

  /**
   * Kills all peers: nothing that they hold is needed any more. No peer can be started afterwards.
   */
  synchronized void killAll() {
    stopped = true;
    started.forEach(Process::destroyForcibly);
    started.forEach(process -> waitFor(process, STOPPING));
  }

  /** Ends all peers, by force those that take too long. No peer can be started afterwards. */
  synchronized void stop() {
    stopped = true;
    started.forEach(Process::destroy);
    for (Process process : started) {
      if (!waitFor(process, STOPPING)) {
        process.destroyForcibly();
        waitFor(process, STOPPING);
      }
    }
  }

  /** Deletes all that the peers wrote. */
  void delete() {
    Folders.delete(folder);
  }

  /** Where peers reach these peers, host:port. */
  List<String> seeds() {
    return members.stream().map(seed -> "127.0.0.1:" + seed.port()).toList();
  }

  /** The processor time that all peers have used, as far as the platform tells. */
  synchronized Duration processorTime() {
    return started.stream()
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  Path folder() {
    return folder;
  }

  /** The peers' execution logs, those that are there. */
  List<Path> executionLogs() {
    return members.stream().map(this::executionLogOf).filter(Files::exists).toList();
  }

  private Path dataOf(Member member) {
    return folder.resolve(member.name());
  }

  private Path configOf(Member member) {
    return folder.resolve(member.name() + ".conf");
  }

  private Path logOf(Member member) {
    return folder.resolve(member.name() + ".log");
  }

  private Path executionLogOf(Member member) {
    return folder.resolve(member.name() + ".executions");
  }

  private String tail(int index) {
    Path log = logOf(members.get(index));
    try {
      List<String> lines = Files.readAllLines(log);
      return "; the end of "
          + log
          + ":\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "; its log " + log + " cannot be read: " + e;
    }
  }

  private static boolean waitFor(Process process, Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(ExitCode.FAILED, "interrupted");
    }
  }

  /**
   * @param port where peers reach it
   * @param http where clients reach it
   */
  private record Member(String name, int port, int http, URI url, MeshClient client) {
    static Member of(String name, int port, int http) {
      URI url = URI.create("http://127.0.0.1:" + http);
      MeshClient client = new MeshClient(List.of(url), Optional.empty(), Duration.ZERO);
      return new Member(name, port, http, url, client);
    }
  }
}
