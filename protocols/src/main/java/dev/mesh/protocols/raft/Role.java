package dev.mesh.protocols.raft;

/** What a peer is in its term (§5.1, and thesis §9.6 for the pre-candidate). */
public enum Role {
  FOLLOWER,
  /** Asks whether an election could be won, before it disturbs anybody with a new term. */
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
