package dev.mesh.protocols.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far one follower is, as its leader knows it (Figure 2, "volatile state on leaders"), and how
 * much may be sent to it.
 *
 * <p>Invariants: {@code match < next}; messages are in flight only while {@link Mode#REPLICATING},
 * in the order of their last index, all of them after {@code match}.
 */
final class Progress {
  /** How the follower is fed. */
  enum Mode {
    /** Where the logs agree is not known: one message, then an answer is waited for. */
    PROBING,
    /** The logs agree: messages follow one another without waiting, up to the window. */
    REPLICATING,
    /** What the follower needs is compacted away: it is sent a snapshot. */
    SNAPSHOT
  }

  private record Inflight(long lastIndex, long bytes) {}

  private final RaftSettings settings;
  private final Deque<Inflight> inflight = new ArrayDeque<>();
  private long inflightBytes;
  private Mode mode = Mode.PROBING;
  private long match;
  private long next;
  private boolean probeUnanswered;
  private boolean heard;
  private long answeredRound;
  private long toldCommit;

  Progress(RaftSettings settings, long next) {
    this.settings = settings;
    this.next = next;
  }

  /** The follower holds the leader's log on disk up to here. */
  long match() {
    return match;
  }

  /** The next entry to send. */
  long next() {
    return next;
  }

  /** The latest round of heartbeats that the follower has answered. */
  long answeredRound() {
    return answeredRound;
  }

  boolean maySend() {
    return switch (mode) {
      case PROBING -> !probeUnanswered;
      case REPLICATING ->
          inflight.isEmpty()
              || (inflight.size() < settings.maxInflightMessages()
                  && inflightBytes < settings.maxInflightBytes());
      case SNAPSHOT -> false;
    };
  }

  /**
   * Entries up to {@code lastIndex} were sent, weighing {@code bytes}. A probe that is lost is made
   * good by the next heartbeat, whose answer says the same.
   */
  void sent(long lastIndex, long bytes, long commit) {
    toldCommit = Math.min(commit, lastIndex);
    if (mode == Mode.PROBING) {
      probeUnanswered = true;
    } else {
      inflight.add(new Inflight(lastIndex, bytes));
      inflightBytes += bytes;
      next = lastIndex + 1;
    }
  }

  /** A message without entries was sent. */
  void toldCommit(long commit) {
    toldCommit = Math.min(commit, next - 1);
  }

  /** Whether the follower would not learn of {@code commit} from what is on its way. */
  boolean lacksCommit(long commit) {
    return mode == Mode.REPLICATING && inflight.isEmpty() && toldCommit < Math.min(commit, match);
  }

  void answered(long round) {
    heard = true;
    answeredRound = Math.max(answeredRound, round);
  }

  /** Whether the follower has answered anything since this was last asked. */
  boolean wasHeard() {
    boolean was = heard;
    heard = false;
    return was;
  }

  void accepted(long matchIndex) {
    match = Math.max(match, matchIndex);
    while (!inflight.isEmpty() && inflight.peek().lastIndex() <= match) {
      inflightBytes -= inflight.remove().bytes();
    }
    if (mode == Mode.PROBING) {
      probeUnanswered = false;
      if (matchIndex >= next - 1) {
        mode = Mode.REPLICATING;
      }
    }
    next = Math.max(next, match + 1);
  }

  /**
   * The logs do not agree at {@code prevIndex}. An answer to an older question is passed over.
   *
   * @param hint where they may agree: the entry to send next
   */
  void rejected(long prevIndex, long hint) {
    boolean stale =
        mode == Mode.SNAPSHOT
            || prevIndex <= match
            || (mode == Mode.PROBING && prevIndex != next - 1);
    if (!stale) {
      probe(Math.max(match + 1, Math.min(hint, prevIndex)));
    }
  }

  void snapshotBegun() {
    clear();
    mode = Mode.SNAPSHOT;
  }

  /** The transfer has ended, well ({@code matchIndex} is the snapshot's) or not. */
  void snapshotEnded(long matchIndex) {
    match = Math.max(match, matchIndex);
    probe(match + 1);
  }

  /** What the follower needs next is gone from the log; it is asked again when it answers. */
  void fellBehind() {
    probe(next);
    probeUnanswered = true;
  }

  boolean hasInflight() {
    return !inflight.isEmpty();
  }

  private void probe(long from) {
    clear();
    mode = Mode.PROBING;
    next = from;
    probeUnanswered = false;
  }

  private void clear() {
    inflight.clear();
    inflightBytes = 0;
  }

  void checkInvariants() {
    boolean inflightFits =
        inflight.isEmpty() || (mode == Mode.REPLICATING && inflight.peek().lastIndex() > match);
    if (match >= next || !inflightFits) {
      throw new IllegalStateException(
          mode + ", match " + match + ", next " + next + ", in flight " + inflight);
    }
  }
}
