package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import java.util.List;

/**
 * What members of a group say to one another. The sender is known from the transport. A message may
 * be lost, late, doubled or overtaken; it must not be altered. Append messages are bounded by
 * {@link RaftSettings#maxBytesPerAppend}, chunks by what the host reads at once.
 */
public sealed interface Message {
  /** The sender's term; in a pre-vote, the term that the sender would campaign in. */
  long term();

  /** "Would you vote for me in {@code term}?" Changes nobody's term (thesis §9.6). */
  record PreVoteRequest(long term, long lastIndex, long lastTerm) implements Message {}

  /**
   * The answer to a {@link PreVoteRequest}.
   *
   * @param term the term asked for if granted, else the answering peer's own
   */
  record PreVoteResponse(long term, boolean granted) implements Message {}

  /** RequestVote (§5.2, §5.4.1). */
  record VoteRequest(long term, long lastIndex, long lastTerm) implements Message {}

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

  /** InstallSnapshot (§7): one chunk, of at least one byte unless the snapshot is empty. */
  record InstallSnapshot(long term, SnapshotMark mark, long offset, Bytes chunk, boolean last)
      implements Message {}

  /**
   * The answer to an {@link InstallSnapshot}.
   *
   * @param nextOffset the chunk wanted next
   * @param done the follower holds everything up to the mark's index on disk
   */
  record SnapshotProgress(long term, SnapshotMark mark, long nextOffset, boolean done)
      implements Message {}
}
