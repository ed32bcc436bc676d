package dev.mesh.protocols.membership;

import java.time.Duration;

/**
 * How a {@link FailureDetector} watches.
 *
 * @param interval between two pings to a peer
 * @param timeout silence after which a peer is suspected; more than the interval
 * @param observers how many watch a peer, at least 1; in a mesh of at most one more, all watch all
 * @param maxLocalHealth to which the local health score rises; interval and time-out are stretched
 *     by one more than the score; 0: never
 * @param retransmitFactor an update is told this many times log2(peers + 1) times by each peer
 */
public record HeartbeatSettings(
    Duration interval, Duration timeout, int observers, int maxLocalHealth, int retransmitFactor) {
  /** How often within an interval the detector looks at its clock. */
  static final int TICKS = 4;

  public HeartbeatSettings {
    if (interval.toMillis() < TICKS || timeout.compareTo(interval) <= 0) {
      throw new IllegalArgumentException(
          "heartbeat interval "
              + interval
              + " and time-out "
              + timeout
              + ": give an interval of at least "
              + TICKS
              + " ms and a longer time-out");
    }
    if (observers < 1 || maxLocalHealth < 0 || retransmitFactor < 1) {
      throw new IllegalArgumentException(
          observers
              + " observers, local health up to "
              + maxLocalHealth
              + ", retransmit factor "
              + retransmitFactor
              + ": give at least 1, 0 and 1");
    }
  }

  /** How often {@link FailureDetector.Input.Tick} is to come. */
  public Duration tick() {
    return interval.dividedBy(TICKS);
  }
}
