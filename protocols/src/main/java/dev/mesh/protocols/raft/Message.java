package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What members of a group say to one another. The sender is known from the transport. A message may
 * be lost, late, doubled or overtaken; it must not be altered. Append messages are bounded by
 * {@link RaftSettings#maxBytesPerAppend} or one entry of {@link RaftSettings#maxEntryBytes}, chunks
 * by what the host reads at once.
 */
public sealed interface Message {
  /** The sender's term; in a pre-vote, the term that the sender would campaign in. */
  long term();

  /** Whether it answers another message. */
  default boolean isAnswer() {
    return this instanceof PreVoteResponse
        || this instanceof VoteResponse
        || this instanceof AppendAccepted
        || this instanceof AppendRejected
        || this instanceof SnapshotProgress;
  }

  /** "Would you vote for me in {@code term}?" Changes nobody's term (thesis §9.6). */
  record PreVoteRequest(long term, long lastIndex, long lastTerm) implements Message {}

  /**
   * The answer to a {@link PreVoteRequest}.
   *
   * @param term the term asked for if granted, else the answering peer's own
   */
  record PreVoteResponse(long term, boolean granted) implements Message {}

  /**
   * RequestVote (§5.2, §5.4.1).
   *
   * @param transfer the leader itself wants this election: its being alive is no objection (thesis
   *     §3.10, §4.2.3)
   */
  record VoteRequest(long term, long lastIndex, long lastTerm, boolean transfer)
      implements Message {}

  /** The answer to a {@link VoteRequest}; it leaves once the vote is on disk. */
  record VoteResponse(long term, boolean granted) implements Message {}

  /**
   * AppendEntries (§5.3); without entries it is a heartbeat.
   *
   * @param prevIndex the entry that comes right before {@code entries}, 0 for none
   * @param prevTerm that entry's term
   * @param round the leader's latest round of heartbeats, echoed in the answer (thesis §6.4)
   */
  record AppendEntries(
      long term, long prevIndex, long prevTerm, List<Entry> entries, long leaderCommit, long round)
      implements Message {
    public AppendEntries {
      entries = List.copyOf(entries);
      long index = prevIndex;
      long least = prevTerm;
      for (Entry entry : entries) {
        if (entry.index() != ++index || entry.term() < least || entry.term() > term) {
          throw new IllegalArgumentException(
              "entry "
                  + entry.index()
                  + " of term "
                  + entry.term()
                  + " does not belong after "
                  + prevIndex
                  + " of term "
                  + prevTerm
                  + " in an append of term "
                  + term);
        }
        least = entry.term();
      }
    }

    /** The last entry that the receiver shares with the sender once it has accepted this. */
    public long lastIndex() {
      return prevIndex + entries.size();
    }
  }

  /**
   * The follower holds the leader's log on disk up to {@code matchIndex}.
   *
   * @param round of the message that is answered
   */
  record AppendAccepted(long term, long matchIndex, long round) implements Message {}

  /**
   * The follower does not hold the entry that the leader built on, or knows a later term.
   *
   * @param prevIndex of the message that is answered
   * @param conflictTerm the term that the follower has at {@code prevIndex}; 0 if its log is
   *     shorter
   * @param conflictIndex the follower's first entry of that term; if its log is shorter, the index
   *     after its last
   * @param round of the message that is answered
   */
  record AppendRejected(
      long term, long prevIndex, long conflictTerm, long conflictIndex, long round)
      implements Message {}

  /**
   * InstallSnapshot (§7): one chunk, of at least one byte unless the snapshot is empty.
   *
   * @param checksum CRC-32C of where the chunk belongs and of its bytes
   */
  record InstallSnapshot(
      long term, SnapshotMark mark, long offset, Bytes chunk, boolean last, int checksum)
      implements Message {
    /** With the checksum that belongs to it. */
    public static InstallSnapshot of(
        long term, SnapshotMark mark, long offset, Bytes chunk, boolean last) {
      return new InstallSnapshot(
          term, mark, offset, chunk, last, checksum(mark, offset, chunk, last));
    }

    /** Whether the chunk is what its sender read. */
    public boolean isIntact() {
      return checksum == checksum(mark, offset, chunk, last);
    }

    private static int checksum(SnapshotMark mark, long offset, Bytes chunk, boolean last) {
      ByteBuffer place = ByteBuffer.allocate(3 * Long.BYTES + 1);
      place.putLong(mark.index()).putLong(mark.term()).putLong(offset).put((byte) (last ? 1 : 0));
      CRC32C crc = new CRC32C();
      crc.update(place.flip());
      crc.update(chunk.buffer());
      return (int) crc.getValue();
    }
  }

  /**
   * The answer to an {@link InstallSnapshot}.
   *
   * @param nextOffset the chunk wanted next
   * @param state what became of the chunk
   */
  record SnapshotProgress(long term, SnapshotMark mark, long nextOffset, ChunkState state)
      implements Message {}

  /** What became of a chunk. The codes are on the wire: they never change. */
  enum ChunkState {
    /** It is staged, or was not the one wanted. */
    TAKEN(0),
    /** Its checksum did not fit: it is wanted again. */
    DAMAGED(1),
    /** It is not needed (any more): the follower holds everything up to the mark on disk. */
    DONE(2);

    private final byte code;

    ChunkState(int code) {
      this.code = (byte) code;
    }

    public byte code() {
      return code;
    }

    /**
     * The state with this code.
     *
     * @throws IllegalArgumentException if none has it
     */
    public static ChunkState of(byte code) {
      for (ChunkState state : values()) {
        if (state.code == code) {
          return state;
        }
      }
      throw new IllegalArgumentException("no chunk has the state " + code);
    }
  }

  /** The leader gives its leadership to the receiver, which campaigns at once (thesis §3.10). */
  record TimeoutNow(long term) implements Message {}
}
