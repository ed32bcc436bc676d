package dev.mesh.replication.link;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams over real sockets; each end has a loop of its own. */
class LinksTest {
  private static final MeshId MESH = new MeshId("0123456789abcdef0123456789abcdef");
  private static final MeshId OTHER_MESH = new MeshId("ffffffffffffffffffffffffffffffff");
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final GroupId GROUP = new GroupId(7);
  private static final int MAX_FRAME = 64 * 1024;

  private final Map<PeerId, Integer> ports = new ConcurrentHashMap<>();
  private final List<End> ends = new ArrayList<>();

  private record Received(PeerId from, GroupId group, Message message) {}

  /** One peer. */
  private final class End implements Links.Host {
    final List<Received> received = new CopyOnWriteArrayList<>();
    final List<PeerId> sought = new CopyOnWriteArrayList<>();
    final EventLoop loop;
    final Links links;

    End(PeerId self, MeshId mesh, int port) {
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
                  LinkTls.NONE),
              loop,
              this);
      ports.put(self, links.port());
      ends.add(this);
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

    void end() {
      links.close();
      loop.shutdown();
    }
  }

  @AfterEach
  void endAll() {
    ends.forEach(End::end);
    ends.clear();
  }

  @Test
  void messagesArriveInOrderAlsoThoseSentBeforeThereWasAConnection() {
    End a = new End(A, MESH, 0);
    End b = new End(B, MESH, 0);
    for (int round = 0; round < 50; round++) {
      a.send(B, heartbeat(round));
    }
    await().until(() -> b.received.size() == 50);
    for (int round = 0; round < 50; round++) {
      assertEquals(new Received(A, GROUP, heartbeat(round)), b.received.get(round));
    }
  }

  @Test
  void bothDirectionsAndLargeMessagesWork() {
    End a = new End(A, MESH, 0);
    End b = new End(B, MESH, 0);
    Message large = append(MAX_FRAME - 1024);
    a.send(B, large);
    b.send(A, large);
    await().until(() -> a.received.size() == 1 && b.received.size() == 1);
    assertEquals(large, a.received.get(0).message());
    assertEquals(large, b.received.get(0).message());
  }

  @Test
  void aMessageThatIsTooLargeEndsTheConnectionAndTheNextOneOpensAnother() {
    End a = new End(A, MESH, 0);
    End b = new End(B, MESH, 0);
    a.send(B, heartbeat(1));
    await().until(() -> b.received.size() == 1);
    a.send(B, append(MAX_FRAME + 1));
    await()
        .until(
            () -> {
              a.send(B, heartbeat(2));
              return b.received.size() > 1;
            });
    assertEquals(heartbeat(2), b.received.get(1).message());
  }

  @Test
  void aStreamOfAnotherMeshIsRefused() {
    End a = new End(A, OTHER_MESH, 0);
    End b = new End(B, MESH, 0);
    a.send(B, heartbeat(1));
    await()
        .until(
            () -> {
              a.send(B, heartbeat(2));
              return a.sought.size() > 2; // connected, refused, and seeking again
            });
    assertTrue(b.received.isEmpty());
  }

  @Test
  void aPeerThatComesBackElsewhereIsFoundAgain() {
    End a = new End(A, MESH, 0);
    End b = new End(B, MESH, 0);
    a.send(B, heartbeat(1));
    await().until(() -> b.received.size() == 1);
    ends.remove(b);
    b.end();
    End again = new End(B, MESH, 0);
    await()
        .until(
            () -> {
              a.send(B, heartbeat(2));
              return !again.received.isEmpty();
            });
  }

  @Test
  void aConnectionToAPeerThatGivesNoSignOfLifeIsMadeAnew() throws IOException {
    End a = new End(A, MESH, 0);
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      ports.put(B, silent.getLocalPort());
      a.send(B, heartbeat(1));
      End b = new End(B, MESH, 0);
      await()
          .until(
              () -> {
                a.send(B, heartbeat(2));
                return !b.received.isEmpty();
              });
    }
  }

  @Test
  void aConnectionThatIsIdleIsKept() {
    End a = new End(A, MESH, 0);
    End b = new End(B, MESH, 0);
    a.send(B, heartbeat(1));
    await().until(() -> b.received.size() == 1);
    int sought = a.sought.size();
    await().pollDelay(Duration.ofMillis(1200)).until(() -> true); // more than twice the silence
    a.send(B, heartbeat(2));
    await().until(() -> b.received.size() == 2);
    assertEquals(sought, a.sought.size());
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    End a = new End(A, MESH, 0);
    String refusal =
        assertThrows(IllegalStateException.class, () -> new End(B, MESH, a.links.port()))
            .getMessage();
    assertTrue(refusal.contains("127.0.0.1:" + a.links.port()), refusal);
  }

  private static Message heartbeat(long round) {
    return new Message.AppendEntries(3, 0, 0, List.of(), 0, round);
  }

  private static Message append(int bytes) {
    Entry entry = new Entry(1, 3, EntryType.COMMANDS, Bytes.wrap(new byte[bytes]));
    return new Message.AppendEntries(3, 0, 0, List.of(entry), 0, 1);
  }
}
