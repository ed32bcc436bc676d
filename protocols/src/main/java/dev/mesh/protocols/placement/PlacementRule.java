package dev.mesh.protocols.placement;

import java.util.List;

/**
 * A way to decide who runs which task. Given the same offers and bids, every peer comes to the same
 * decision, in whatever order the bids came. Rules are immutable and thread-safe.
 */
@FunctionalInterface
public interface PlacementRule {
  /**
   * Places the offers, in their order, without giving a bidder more than its free slots.
   *
   * @param bids at most one of each peer
   */
  Placement place(List<TaskOffer> offers, List<Bid> bids);
}
