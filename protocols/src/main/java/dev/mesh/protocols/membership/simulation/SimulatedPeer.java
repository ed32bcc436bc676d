package dev.mesh.protocols.membership.simulation;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector;

/** One process: its detector, and whether it runs. Times are nanoseconds of virtual time. */
final class SimulatedPeer {
  final PeerId id;
  FailureDetector detector;
  long life = 1;
  boolean crashed;
  long sent;
  long received;

  private final boolean slow;
  private long stalledFrom = Long.MAX_VALUE;
  private long stalledUntil = Long.MIN_VALUE;

  SimulatedPeer(PeerId id, boolean slow) {
    this.id = id;
    this.slow = slow;
  }

  boolean isSlow() {
    return slow;
  }

  void freeze(long from, long until) {
    stalledFrom = from;
    stalledUntil = until;
  }

  boolean isStalled(long now) {
    return now >= stalledFrom && now < stalledUntil;
  }

  /**
   * When what comes at {@code now} is looked at. A slow peer works for a while and then stalls for
   * a while, again and again, as in the experiments of Lifeguard (Dadgar et al. 2017, §V).
   */
  long readyAt(long now, Stalls stalls, Draws draws) {
    while (slow && now >= stalledUntil) {
      long worksUntil = Math.max(now - stalls.longestWork(), stalledUntil);
      stalledFrom = worksUntil + draws.between(1, stalls.longestWork());
      stalledUntil = stalledFrom + draws.between(stalls.shortest(), stalls.longest());
    }
    return isStalled(now) ? stalledUntil : now;
  }

  /** How long slow peers work and stall, in nanoseconds. */
  record Stalls(long longestWork, long shortest, long longest) {}
}
