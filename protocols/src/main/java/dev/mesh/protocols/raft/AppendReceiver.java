package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;

/** AppendEntries as a follower does it (Figure 2, "receiver implementation"; §5.3). */
final class AppendReceiver {
  private final RaftState state;
  private final Commitment commitment;

  AppendReceiver(RaftState state, Commitment commitment) {
    this.state = state;
    this.commitment = commitment;
  }

  /** The message is of this peer's term, from that term's leader. */
  void receive(PeerId leader, Message.AppendEntries append) {
    boolean agrees = agreesAt(append.prevIndex(), append.prevTerm());
    if (state.log.bytes() > state.settings.maxLogBytes()) {
      takeNothing(leader, append, agrees);
    } else if (agrees) {
      append.entries().forEach(this::take);
      commitment.advanceTo(Math.min(append.leaderCommit(), append.lastIndex()));
      accept(leader, append, append.lastIndex());
    } else {
      state.outbox.send(leader, rejection(append));
    }
  }

  /**
   * The state machine does not keep up, and the log has no room: entries are passed over as if they
   * were lost, so that the leader's window closes. A heartbeat's answer promises nothing; the first
   * one when there is room again tells the leader what to send.
   */
  private void takeNothing(PeerId leader, Message.AppendEntries append, boolean agrees) {
    if (agrees) {
      commitment.advanceTo(Math.min(append.leaderCommit(), append.prevIndex()));
    }
    if (append.entries().isEmpty()) {
      accept(leader, append, 0);
    }
  }

  /** The message is of an older term: the answer tells its sender so. */
  void refuse(PeerId sender, Message.AppendEntries append) {
    state.outbox.send(sender, rejection(append));
  }

  /** The log matching check. What is compacted away was committed, and so agrees everywhere. */
  private boolean agreesAt(long prevIndex, long prevTerm) {
    return prevIndex < state.log.compacted().index() || state.log.matches(prevIndex, prevTerm);
  }

  /** An entry that is here already is passed over; one that conflicts goes, with all after it. */
  private void take(Entry entry) {
    if (entry.index() <= state.log.compacted().index()
        || state.log.matches(entry.index(), entry.term())) {
      return;
    }
    if (state.log.knows(entry.index())) {
      if (entry.index() <= commitment.committed()) {
        throw new IllegalStateException(
            "the leader sends another entry at "
                + entry.index()
                + ", but entries up to "
                + commitment.committed()
                + " are committed here");
      }
      state.truncateFrom(entry.index());
    }
    state.append(entry);
  }

  /**
   * An acknowledgement waits for the entries to be on disk. A heartbeat's answer need not: it only
   * speaks of what is there already, so that reads and the leader's lease do not wait for a disk.
   */
  private void accept(PeerId leader, Message.AppendEntries append, long matchIndex) {
    if (append.entries().isEmpty() && state.durability.isHardStateDurable()) {
      long durable = Math.min(matchIndex, state.durability.persistedIndex());
      state.outbox.send(leader, new Message.AppendAccepted(state.term(), durable, append.round()));
    } else {
      state.sendOnceDurable(
          leader, new Message.AppendAccepted(state.term(), matchIndex, append.round()));
    }
  }

  private Message.AppendRejected rejection(Message.AppendEntries append) {
    long conflictTerm = 0;
    long conflictIndex = state.log.lastIndex() + 1;
    if (state.log.knows(append.prevIndex())) {
      conflictTerm = state.log.termAt(append.prevIndex());
      conflictIndex = state.log.firstOfTermAt(append.prevIndex());
    }
    return new Message.AppendRejected(
        state.term(), append.prevIndex(), conflictTerm, conflictIndex, append.round());
  }
}
