package dev.mesh.protocols.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Linearizable reads without a log entry (thesis §6.4): the leader notes its commit index, and once
 * a majority has answered a round of heartbeats that began afterwards it knows that it was still
 * the leader then. Reads that come while a round is under way share the next one.
 *
 * <p>With leases on (thesis §6.4.1) an answered round also says that nobody else is elected until
 * the least election time-out has passed since it began, because a majority promised so (thesis
 * §4.2.3): until then, less a margin, reads are answered at once. The core has no clock; a read
 * brings the host's. A round counts from the latest time known at its beginning, which is never
 * later than it really began. A leader that calls an election itself (thesis §3.10) has no lease
 * for the rest of its term.
 */
final class ReadIndex {
  private final RaftState state;
  private final Commitment commitment;
  private final Replication replication;
  private final Deque<Long> waiting = new ArrayDeque<>();
  private List<Long> asked = new ArrayList<>();
  private long askedIndex;
  private long askedRound;
  private long now = Long.MIN_VALUE;
  private long askedAt;
  private long leaseEnd = Long.MIN_VALUE;
  private boolean leaseForfeited;

  ReadIndex(RaftState state, Commitment commitment, Replication replication) {
    this.state = state;
    this.commitment = commitment;
    this.replication = replication;
  }

  void read(Input.Read read) {
    now = Math.max(now, read.nowMillis());
    if (now < leaseEnd && !leaseForfeited) {
      state.outbox.tell(new Effect.ReadReady(read.id(), commitment.committed()));
    } else if (waiting.size() + asked.size() >= state.settings.maxPendingReads()) {
      state.outbox.tell(
          new Effect.Refused(
              read.id(),
              state.leader(),
              "too many reads wait for an answer, "
                  + state.settings.maxPendingReads()
                  + ": try again later"));
    } else {
      waiting.add(read.id());
    }
  }

  /** Answers what can be answered; begins a round for what waits. */
  void flush() {
    answer();
    if (asked.isEmpty() && !waiting.isEmpty() && commitment.isOfTerm(state.term())) {
      asked = new ArrayList<>(waiting);
      waiting.clear();
      askedIndex = commitment.committed();
      askedRound = replication.beginRound();
      askedAt = now;
      answer();
    }
  }

  /** The leader leads no more. */
  void refuseAll() {
    waiting.addAll(asked);
    for (long id : waiting) {
      state.outbox.tell(
          new Effect.Refused(
              id, Optional.empty(), "the leader stepped down before it could answer"));
    }
  }

  private void answer() {
    if (!asked.isEmpty() && replication.isAnswered(askedRound)) {
      for (long id : asked) {
        state.outbox.tell(new Effect.ReadReady(id, askedIndex));
      }
      asked = new ArrayList<>();
      if (state.settings.leaseReads()) {
        leaseEnd = askedAt + state.settings.leaseMillis();
      }
    }
  }

  void forfeitLease() {
    leaseForfeited = true;
  }
}
