package dev.mesh.protocols.raft;

import dev.mesh.protocols.Quorum;
import java.util.List;

/**
 * What is committed (§5.3, §5.4.2) and how far it has gone to the state machine.
 *
 * <p>Invariants: {@code applied <= handedOut <= committed <= lastIndex}; what is handed out is also
 * on this peer's own disk, so that after a crash a machine is never ahead of its log.
 */
final class Commitment {
  private final RaftState state;
  private long committed;
  private long handedOut;
  private long applied;

  /** While the machine is being replaced by a snapshot it takes no entries. */
  private boolean machineBusy;

  Commitment(RaftState state, long machineIndex) {
    this.state = state;
    this.committed = machineIndex;
    this.handedOut = machineIndex;
    this.applied = machineIndex;
  }

  long committed() {
    return committed;
  }

  long handedOut() {
    return handedOut;
  }

  long applied() {
    return applied;
  }

  /**
   * A leader's rule: what a majority holds on disk is committed, provided that it is of the
   * leader's own term; all before it is then committed too (§5.4.2, Figure 8).
   *
   * @param onDisk how far each voter has the log on disk; is reordered
   */
  void advanceByCounting(long[] onDisk) {
    long index = Quorum.reachedByMajority(onDisk);
    if (index > committed && state.log.termAt(index) == state.term()) {
      committed = index;
    }
  }

  /** A follower's rule: what the leader says, up to where the logs are known to agree. */
  void advanceTo(long index) {
    committed = Math.max(committed, index);
  }

  /** Whether the leader knows which entries are committed: one of its own term is (§8). */
  boolean isOfTerm(long term) {
    return state.log.termAt(committed) == term;
  }

  /** Gives the state machine what it may apply now. */
  void handOut() {
    long to = Math.min(committed, state.durability.persistedIndex());
    while (!machineBusy && handedOut < to) {
      List<Entry> entries = state.log.slice(handedOut + 1, to, state.settings.maxBytesPerApply());
      handedOut += entries.size();
      state.outbox.act(new Effect.Apply(entries));
    }
  }

  /** What a machine says while a snapshot takes its place may be about the snapshot. */
  void applied(long index) {
    if (machineBusy) {
      return;
    }
    if (index > handedOut) {
      throw new IllegalArgumentException(
          "entry " + index + " is said to be applied; the last one given out is " + handedOut);
    }
    applied = Math.max(applied, index);
  }

  void installing(SnapshotMark mark) {
    machineBusy = true;
    state.outbox.act(new Effect.InstallSnapshot(mark));
  }

  void installed(SnapshotMark mark) {
    if (!machineBusy) {
      throw new IllegalArgumentException(
          "a snapshot at " + mark.index() + " is said to be installed, but none was asked for");
    }
    machineBusy = false;
    committed = Math.max(committed, mark.index());
    handedOut = mark.index();
    applied = mark.index();
  }

  boolean isMachineBusy() {
    return machineBusy;
  }

  void checkInvariants() {
    boolean ordered =
        state.log.compacted().index() <= applied
            && applied <= handedOut
            && handedOut <= Math.min(committed, state.durability.persistedIndex())
            && committed <= state.log.lastIndex();
    if (!ordered) {
      throw new IllegalStateException(
          "applied "
              + applied
              + ", handed out "
              + handedOut
              + ", committed "
              + committed
              + ", on disk "
              + state.durability.persistedIndex()
              + ", log after "
              + state.log.compacted().index()
              + " to "
              + state.log.lastIndex());
    }
  }
}
