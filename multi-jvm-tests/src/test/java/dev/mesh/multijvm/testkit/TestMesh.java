package dev.mesh.multijvm.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Peers on this machine, each a process with a folder of its own, that know one another as seeds.
 * Closing it kills all that live. Used by one thread.
 */
public final class TestMesh implements AutoCloseable {
  private final List<PeerProcess> peers;

  private TestMesh(List<PeerProcess> peers) {
    this.peers = List.copyOf(peers);
  }

  /**
   * Prepares peers; none is started.
   *
   * @param test names the folder of the logs
   * @param folder holds the peers' data
   * @param expect how many are to found the mesh
   */
  public static TestMesh of(String test, Path folder, int count, int expect) {
    List<Integer> ports = IntStream.range(0, count).mapToObj(i -> Ports.free()).toList();
    String seeds = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    List<PeerProcess> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "p" + (i + 1);
      int http = Ports.free();
      Path executions = folder.resolve(name + ".executions");
      Path config = write(folder.resolve(name + ".conf"), configuration(executions));
      List<String> arguments =
          List.of(
              "up",
              "--name=" + name,
              "--port=" + ports.get(i),
              "--http=" + http,
              "--data=" + folder.resolve(name),
              "--seeds=" + seeds,
              "--expect=" + expect,
              "--config=" + config);
      peers.add(new PeerProcess(name, PeerLogs.of(test, name), http, executions, arguments));
    }
    return new TestMesh(peers);
  }

  /**
   * Tasks of tests sleep, so more of them run at once than there are processors; queues are short,
   * so that every peer has a share of a few tasks.
   */
  private static String configuration(Path executionLog) {
    return "mesh.work { execution-log = \"" + executionLog + "\", slots = 4, queue = 8 }\n";
  }

  private static Path write(Path file, String content) {
    try {
      return Files.writeString(file, content, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts all and waits until each is well. */
  public TestMesh startAll() {
    peers.forEach(PeerProcess::start);
    peers.forEach(peer -> peer.awaitHealth("ok"));
    return this;
  }

  /** SIGKILL to all at once. */
  public void killAll() {
    peers.forEach(peer -> peer.jvm().signal("KILL"));
    peers.forEach(peer -> peer.jvm().awaitExit(PeerProcess.PATIENCE));
  }

  /** A peer, counted from 0. */
  public PeerProcess peer(int index) {
    return peers.get(index);
  }

  public List<PeerProcess> peers() {
    return peers;
  }

  @Override
  public void close() {
    peers.forEach(PeerProcess::close);
  }
}
