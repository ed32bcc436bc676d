package dev.mesh.protocols.placement;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import java.util.List;

/**
 * Which peers are to hold a group: its owner on the ring and the owner's successors, zones kept
 * apart. Three peers, as far as there are so many; group 0, on which all else depends, is held by
 * five where there are five. Pure.
 */
public final class Replicas {
  private static final int REPLICAS = 3;
  private static final int META_REPLICAS = 5;

  private Replicas() {}

  /** The peers that are to hold {@code group}, its owner first; none if the ring is empty. */
  public static List<PeerId> of(GroupId group, Ring ring) {
    return ring.successors(group.toString(), count(group, ring.peers().size()));
  }

  /** How many of {@code peers} are to hold {@code group}: a fourth voter would outvote nobody. */
  private static int count(GroupId group, int peers) {
    boolean five = group.equals(GroupId.META) && peers >= META_REPLICAS;
    return Math.min(peers, five ? META_REPLICAS : REPLICAS);
  }
}
