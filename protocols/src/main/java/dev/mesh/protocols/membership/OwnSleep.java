package dev.mesh.protocols.membership;

import dev.mesh.protocols.Quorum;
import java.util.Collection;
import java.util.OptionalLong;

/**
 * Whether a detector was itself asleep: its ticks did not come, as when the process was frozen.
 * Times are nanoseconds.
 */
final class OwnSleep {
  private final long tick;
  private final long tolerated;
  private OptionalLong tickedAt = OptionalLong.empty();

  /** Since when no majority has answered after a sleep; empty when that is over. */
  private OptionalLong wokeAt = OptionalLong.empty();

  /**
   * @param tick when the next tick is due after one
   * @param tolerated by how much it may be late
   */
  OwnSleep(long tick, long tolerated) {
    this.tick = tick;
    this.tolerated = tolerated;
  }

  /** How long it has slept when something comes at {@code now}; 0 if it has not. Said once. */
  long noticed(long now) {
    long late = tickedAt.isEmpty() ? 0 : now - tickedAt.getAsLong() - tick;
    if (late <= tolerated) {
      return 0;
    }
    tickedAt = OptionalLong.of(now);
    wokeAt = OptionalLong.of(now);
    return late;
  }

  /** Whether this was the first tick. */
  boolean ticked(long now) {
    boolean first = tickedAt.isEmpty();
    tickedAt = OptionalLong.of(now);
    return first;
  }

  /** Looks who of the watched has answered what was said since the sleep. */
  void answered(Collection<Watched> watched) {
    if (wokeAt.isPresent()) {
      long since = wokeAt.getAsLong();
      long answer = watched.stream().filter(it -> it.hasAnsweredSince(since)).count();
      if (Quorum.isMajority((int) answer + 1, watched.size() + 1)) {
        wokeAt = OptionalLong.empty();
      }
    }
  }

  boolean isOver() {
    return wokeAt.isEmpty();
  }
}
