package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.Set;

/**
 * This peer's own place in the cluster, as the cluster's membership has it.
 *
 * @param members all members, with this peer; empty unless this peer is one
 * @param reachable those of them that are reachable, with this peer
 */
public record ClusterView(Standing standing, Set<PeerId> members, Set<PeerId> reachable) {
  /** How a peer stands to the cluster. */
  public enum Standing {
    /** Not a member yet. */
    OUTSIDE,
    /** A member. */
    MEMBER,
    /** Was a member; an actor system that was removed can never be one again. */
    REMOVED
  }

  /** Where every peer begins. */
  public static final ClusterView OUTSIDE = new ClusterView(Standing.OUTSIDE, Set.of(), Set.of());

  public ClusterView {
    members = Set.copyOf(members);
    reachable = Set.copyOf(reachable);
  }
}
