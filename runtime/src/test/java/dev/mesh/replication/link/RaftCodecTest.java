package dev.mesh.replication.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Message;
import dev.mesh.protocols.raft.SnapshotMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaftCodecTest {
  private static final PeerId A = new PeerId("a-1");
  private static final SnapshotMark MARK =
      new SnapshotMark(
          70, 4, new Membership(List.of(A, new PeerId("b-2")), List.of(new PeerId("c-3"))));

  static List<Message> messages() {
    Entry noOp = new Entry(8, 3, EntryType.NO_OP, Bytes.EMPTY);
    Entry block = new Entry(9, 3, EntryType.COMMANDS, Bytes.wrap(new byte[100_000]));
    return List.of(
        new Message.PreVoteRequest(4, 9, 3),
        new Message.PreVoteResponse(4, true),
        new Message.VoteRequest(4, 9, 3, true),
        new Message.VoteResponse(4, false),
        new Message.AppendEntries(4, 7, 2, List.of(noOp, block), 6, 99),
        new Message.AppendEntries(4, 9, 3, List.of(), 9, 100),
        new Message.AppendAccepted(4, 9, 100),
        new Message.AppendRejected(4, 9, 2, 5, 100),
        Message.InstallSnapshot.of(4, MARK, 512, Bytes.utf8("part"), true),
        new Message.SnapshotProgress(4, MARK, 516, Message.ChunkState.DAMAGED),
        new Message.TimeoutNow(4));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageComesBackAsItWas(Message message) throws IOException {
    byte[] written = write(message);
    assertEquals(message, RaftCodec.read(Bytes.wrap(written), ByteBuffer.wrap(written)));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageCutShortIsRefused(Message message) {
    byte[] whole = write(message);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertThrows(IOException.class, () -> RaftCodec.read(Bytes.wrap(cut), ByteBuffer.wrap(cut)));
  }

  @Test
  void aMarkComesBackAsItWas() {
    assertEquals(MARK, RaftCodec.readMark(RaftCodec.writeMark(MARK)));
  }

  private static byte[] write(Message message) {
    ByteBuffer out = ByteBuffer.allocate(RaftCodec.sizeOf(message));
    RaftCodec.write(out, message);
    byte[] written = new byte[out.position()];
    out.flip().get(written);
    return written;
  }
}
