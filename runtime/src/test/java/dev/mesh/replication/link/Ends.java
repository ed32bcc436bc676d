package dev.mesh.replication.link;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Ends of streams over real sockets; each has a loop of its own. */
final class Ends implements AutoCloseable {
  static final MeshId MESH = new MeshId("0123456789abcdef0123456789abcdef");
  static final PeerId A = new PeerId("a");
  static final PeerId B = new PeerId("b");
  static final GroupId GROUP = new GroupId(7);
  static final int MAX_FRAME = 64 * 1024;

  private final Map<PeerId, Integer> ports = new ConcurrentHashMap<>();
  private final List<End> ends = new ArrayList<>();

  record Received(PeerId from, GroupId group, Message message) {}

  /** A peer in the clear, at any free port. */
  End open(PeerId self) {
    return open(self, MESH, 0, LinkTls.NONE);
  }

  End open(PeerId self, MeshId mesh, int port, LinkTls tls) {
    End end = new End(self, mesh, port, tls);
    ports.put(self, end.links.port());
    ends.add(end);
    return end;
  }

  /** From now on {@code peer} is looked for at this port. */
  void move(PeerId peer, int port) {
    ports.put(peer, port);
  }

  void end(End end) {
    ends.remove(end);
    end.close();
  }

  @Override
  public void close() {
    ends.forEach(End::close);
    ends.clear();
  }

  static Message heartbeat(long round) {
    return new Message.AppendEntries(3, 0, 0, List.of(), 0, round);
  }

  /** One peer. */
  final class End implements Links.Host {
    final List<Received> received = new CopyOnWriteArrayList<>();
    final List<PeerId> sought = new CopyOnWriteArrayList<>();
    final EventLoop loop;
    final Links links;

    private End(PeerId self, MeshId mesh, int port, LinkTls tls) {
      loop = new EventLoop("test-loop-" + self.value());
      links =
          Links.open(
              new Links.Settings(
                  mesh,
                  self,
                  "127.0.0.1",
                  port,
                  MAX_FRAME,
                  1 << 20,
                  Duration.ofSeconds(2),
                  Duration.ofMillis(50),
                  Duration.ofMillis(500),
                  tls),
              loop,
              this);
    }

    @Override
    public void received(PeerId from, GroupId group, Message message) {
      received.add(new Received(from, group, message));
    }

    /** Finds whoever has a port by now. */
    @Override
    public void seek(PeerId peer) {
      sought.add(peer);
      Integer port = ports.get(peer);
      if (port != null) {
        loop.execute(() -> links.found(peer, "127.0.0.1", port));
      }
    }

    void send(PeerId to, Message message) {
      loop.execute(() -> links.send(to, GROUP, message));
    }

    private void close() {
      links.close();
      loop.shutdown();
    }
  }
}
