package dev.mesh.protocols.raft;

/** The timers that a core keeps; each runs at most once at a time. */
public enum Timer {
  /** Silence of the leader at a follower; silence of the followers at a leader. */
  ELECTION,
  /** The leader's next sign of life. */
  HEARTBEAT,
  /** The patience of a leader that gives its leadership away. */
  TRANSFER
}
