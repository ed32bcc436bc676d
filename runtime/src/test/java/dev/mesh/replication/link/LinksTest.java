package dev.mesh.replication.link;

import static dev.mesh.replication.link.Ends.A;
import static dev.mesh.replication.link.Ends.B;
import static dev.mesh.replication.link.Ends.heartbeat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams over real sockets; each end has a loop of its own. */
class LinksTest {
  private static final MeshId OTHER_MESH = new MeshId("ffffffffffffffffffffffffffffffff");

  private final Ends ends = new Ends();

  @AfterEach
  void endAll() {
    ends.close();
  }

  @Test
  void messagesArriveInOrderAlsoThoseSentBeforeThereWasAConnection() {
    Ends.End a = ends.open(A);
    Ends.End b = ends.open(B);
    for (int round = 0; round < 50; round++) {
      a.send(B, heartbeat(round));
    }
    await().until(() -> b.received.size() == 50);
    for (int round = 0; round < 50; round++) {
      assertEquals(new Ends.Received(A, Ends.GROUP, heartbeat(round)), b.received.get(round));
    }
  }

  @Test
  void bothDirectionsAndLargeMessagesWork() {
    Ends.End a = ends.open(A);
    Ends.End b = ends.open(B);
    Message large = append(Ends.MAX_FRAME - 1024);
    a.send(B, large);
    b.send(A, large);
    await().until(() -> a.received.size() == 1 && b.received.size() == 1);
    assertEquals(large, a.received.get(0).message());
    assertEquals(large, b.received.get(0).message());
  }

  @Test
  void aMessageThatIsTooLargeEndsTheConnectionAndTheNextOneOpensAnother() {
    Ends.End a = ends.open(A);
    Ends.End b = ends.open(B);
    a.send(B, heartbeat(1));
    await().until(() -> b.received.size() == 1);
    a.send(B, append(Ends.MAX_FRAME + 1));
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
    Ends.End a = ends.open(A, OTHER_MESH, 0, LinkTls.NONE);
    Ends.End b = ends.open(B);
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
    Ends.End a = ends.open(A);
    Ends.End b = ends.open(B);
    a.send(B, heartbeat(1));
    await().until(() -> b.received.size() == 1);
    ends.end(b);
    Ends.End again = ends.open(B);
    await()
        .until(
            () -> {
              a.send(B, heartbeat(2));
              return !again.received.isEmpty();
            });
  }

  @Test
  void aConnectionToAPeerThatGivesNoSignOfLifeIsMadeAnew() throws IOException {
    Ends.End a = ends.open(A);
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      ends.move(B, silent.getLocalPort());
      a.send(B, heartbeat(1));
      Ends.End b = ends.open(B);
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
    Ends.End a = ends.open(A);
    Ends.End b = ends.open(B);
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
    Ends.End a = ends.open(A);
    String refusal =
        assertThrows(
                IllegalStateException.class,
                () -> ends.open(B, Ends.MESH, a.links.port(), LinkTls.NONE))
            .getMessage();
    assertTrue(refusal.contains("127.0.0.1:" + a.links.port()), refusal);
  }

  private static Message append(int bytes) {
    Entry entry = new Entry(1, 3, EntryType.COMMANDS, Bytes.wrap(new byte[bytes]));
    return new Message.AppendEntries(3, 0, 0, List.of(entry), 0, 1);
  }
}
