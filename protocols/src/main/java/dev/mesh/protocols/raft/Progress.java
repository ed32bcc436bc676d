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

  private record Inflight(long lastIndex, long entries, long bytes) {}

  private final RaftSettings settings;
  private final Deque<Inflight> inflight = new ArrayDeque<>();
  private final CatchUp catchUp;
  private long inflightEntries;
  private long inflightBytes;
  private Mode mode = Mode.PROBING;
  private long match;
  private long next;
  private boolean probeUnanswered;
  private boolean heard;
  private boolean heardBefore;
  private long answeredRound;

  Progress(RaftSettings settings, long lastIndex) {
    this.settings = settings;
    this.next = lastIndex + 1;
    this.catchUp = new CatchUp(settings, lastIndex);
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

  FollowerStatus status() {
    return new FollowerStatus(match, next, heard || heardBefore, isCaughtUp());
  }

  boolean isCaughtUp() {
    return catchUp.isCaughtUp();
  }

  boolean maySend() {
    return switch (mode) {
      case PROBING -> !probeUnanswered;
      case REPLICATING ->
          inflight.isEmpty()
              || (inflight.size() < settings.maxInflightMessages()
                  && inflightEntries < settings.maxInflightEntries()
                  && inflightBytes < settings.maxInflightBytes());
      case SNAPSHOT -> false;
    };
  }

  /** The last entry that the window has room for. */
  long lastSendable() {
    return next - 1 + settings.maxInflightEntries() - inflightEntries;
  }

  /**
   * Entries up to {@code lastIndex} were sent, weighing {@code bytes}. A probe that is lost is made
   * good by the next heartbeat, whose answer says the same.
   */
  void sent(long lastIndex, long bytes) {
    if (mode == Mode.PROBING) {
      probeUnanswered = true;
    } else {
      long entries = lastIndex - next + 1;
      inflight.add(new Inflight(lastIndex, entries, bytes));
      inflightEntries += entries;
      inflightBytes += bytes;
      next = lastIndex + 1;
    }
  }

  void answered(long round) {
    heard = true;
    answeredRound = Math.max(answeredRound, round);
  }

  /** Whether the follower has answered anything since this was last asked. */
  boolean wasHeard() {
    heardBefore = heard;
    heard = false;
    return heardBefore;
  }

  void heartbeat() {
    catchUp.heartbeat();
  }

  /**
   * @param lastIndex of the leader's log
   */
  void accepted(long matchIndex, long lastIndex) {
    match = Math.max(match, matchIndex);
    catchUp.reached(match, lastIndex);
    while (!inflight.isEmpty() && inflight.peek().lastIndex() <= match) {
      Inflight arrived = inflight.remove();
      inflightEntries -= arrived.entries();
      inflightBytes -= arrived.bytes();
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
    inflightEntries = 0;
    inflightBytes = 0;
  }

  void checkInvariants() {
    boolean inflightFits =
        inflight.isEmpty() || (mode == Mode.REPLICATING && inflight.peek().lastIndex() > match);
    boolean entriesFit = inflightEntries <= settings.maxInflightEntries();
    if (match >= next || !inflightFits || !entriesFit) {
      throw new IllegalStateException(
          mode + ", match " + match + ", next " + next + ", in flight " + inflight);
    }
  }
}
