package dev.mesh.multijvm.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Peers on this machine, each a process with a folder of its own, that know one another as seeds.
 * Closing it kills all that live. Used by one thread.
 */
public final class TestMesh implements AutoCloseable {
  /** Peers that serve clients on another interface than the loopback ask for one. */
  private static final String TOKEN = "test";

  /** As users have it. Tests run in the folder of their module. */
  private static final Path FAST = Path.of("..", "config", "fast.conf");

  /** Who stops comes back, or the whole mesh ends. */
  private static final String STAYS = "mesh.node.leave-on-stop = off\n";

  /** Long, for slow machines; less than a test waits for a peer that is to stop. */
  private static final Duration LEAVE = PeerProcess.PATIENCE.minusSeconds(15);

  private final List<PeerProcess> peers;

  private TestMesh(List<PeerProcess> peers) {
    this.peers = List.copyOf(peers);
  }

  /**
   * Where a peer of a test lives.
   *
   * @param address of its interface
   * @param within the command that executes another one there; empty for here
   */
  public record Host(String address, List<String> within) {
    private static final Host LOCAL = new Host("127.0.0.1", List.of());

    private boolean isLocal() {
      return equals(LOCAL);
    }
  }

  /**
   * Prepares peers on the loopback address; none is started.
   *
   * @param test names the folder of the logs
   * @param folder holds the peers' data, each peer's in a folder of its name
   * @param expect how many are to found the mesh
   */
  public static TestMesh of(String test, Path folder, int count, int expect) {
    return on(test, folder, Collections.nCopies(count, Host.LOCAL), expect);
  }

  /** Prepares a peer on each of these hosts; none is started. */
  public static TestMesh on(String test, Path folder, List<Host> hosts, int expect) {
    return prepare(test, folder, hosts, i -> List.of("--expect=" + expect), STAYS);
  }

  /** The same, with the settings that notice failures soon. */
  public static TestMesh fast(String test, Path folder, List<Host> hosts) {
    String settings = "include file(\"%s\")\n".formatted(FAST.toAbsolutePath()) + STAYS;
    return prepare(test, folder, hosts, i -> List.of("--expect=" + hosts.size()), settings);
  }

  /**
   * Prepares a mesh that the first peer founds alone and the others join later. Peers that are
   * stopped leave it; one that is killed is replaced after {@code replaceAfter}.
   */
  public static TestMesh growing(String test, Path folder, int count, Duration replaceAfter) {
    String settings =
        """
        mesh {
          node { leave-on-stop = on, leave-timeout = %dms }
          replication { groups = 8, steward.replace-after = %dms }
        }
        """
            .formatted(LEAVE.toMillis(), replaceAfter.toMillis());
    return prepare(
        test,
        folder,
        Collections.nCopies(count, Host.LOCAL),
        i -> i == 0 ? List.of("--expect=1") : List.of(),
        settings);
  }

  private static TestMesh prepare(
      String test,
      Path folder,
      List<Host> hosts,
      IntFunction<List<String>> options,
      String settings) {
    List<Integer> ports = hosts.stream().map(host -> Ports.free()).toList();
    String seeds =
        IntStream.range(0, hosts.size())
            .mapToObj(i -> hosts.get(i).address() + ":" + ports.get(i))
            .collect(Collectors.joining(","));
    List<PeerProcess> peers = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      String name = "p" + (i + 1);
      Host host = hosts.get(i);
      int http = Ports.free();
      Path executions = folder.resolve(name + ".executions");
      Path config =
          write(folder.resolve(name + ".conf"), configuration(host, executions) + settings);
      List<String> arguments = new ArrayList<>(options.apply(i));
      arguments.addAll(
          0,
          List.of(
              "up",
              "--name=" + name,
              "--port=" + ports.get(i),
              "--http=" + http,
              "--data=" + folder.resolve(name),
              "--seeds=" + seeds,
              "--config=" + config));
      PeerAddress address =
          new PeerAddress(
              URI.create("http://" + host.address() + ":" + http), host.isLocal() ? "" : TOKEN);
      peers.add(
          new PeerProcess(
              name, PeerLogs.of(test, name), address, executions, host.within(), arguments));
    }
    return new TestMesh(peers);
  }

  /**
   * Tasks of tests sleep or wait for a {@link Gate}, so more of them run at once than there are
   * processors; queues are short, so that every peer has a share of a few tasks.
   */
  private static String configuration(Host host, Path executionLog) {
    String work =
        "mesh.work { execution-log = \"%s\", slots = 4, queue = 8, allow-exec = on }\n"
            .formatted(executionLog);
    return host.isLocal()
        ? work
        : work
            + """
            pekko.remote.artery.canonical.hostname = "%1$s"
            mesh.http { host = "%1$s", token = "%2$s" }
            """
                .formatted(host.address(), TOKEN);
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
