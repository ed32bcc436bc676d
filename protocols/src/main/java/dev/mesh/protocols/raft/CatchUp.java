package dev.mesh.protocols.raft;

/**
 * Whether a follower keeps up (thesis §4.2.1). Replication to it is cut into rounds: each ends when
 * the follower holds what the log held at the round's beginning. One that ends its rounds within an
 * election time-out would not hold up a group that it voted in for longer than an election does.
 * Time is counted in heartbeats.
 */
final class CatchUp {
  private final long heartbeatsAllowed;
  private long roundEnd;
  private long heartbeats;
  private boolean caughtUp;

  CatchUp(RaftSettings settings, long lastIndex) {
    this.heartbeatsAllowed = settings.heartbeatsPerElectionTimeout();
    this.roundEnd = lastIndex;
  }

  boolean isCaughtUp() {
    return caughtUp;
  }

  void heartbeat() {
    heartbeats++;
    caughtUp &= heartbeats <= heartbeatsAllowed;
  }

  void reached(long matchIndex, long lastIndex) {
    if (matchIndex >= roundEnd) {
      caughtUp = heartbeats <= heartbeatsAllowed;
      roundEnd = lastIndex;
      heartbeats = 0;
    }
  }
}
