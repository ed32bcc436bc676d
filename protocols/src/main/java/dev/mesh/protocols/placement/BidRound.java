package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One call for bids: open until all who were asked have answered, or until its time is over. Used
 * by one thread at a time.
 */
public final class BidRound {
  private final Set<PeerId> asked;
  private final long closesAt;
  private final Map<PeerId, Bid> bids = new TreeMap<>();

  /**
   * @param asked who was called; bids of others are not taken
   * @param closesAt when the round ends at the latest, in milliseconds of the caller's clock
   */
  public BidRound(Collection<PeerId> asked, long closesAt) {
    this.asked = Set.copyOf(asked);
    this.closesAt = closesAt;
  }

  /** Takes a bid. Of two bids of one peer the later life counts, or the later bid. */
  public void add(Bid bid) {
    if (asked.contains(bid.bidder())) {
      bids.merge(
          bid.bidder(), bid, (old, late) -> late.incarnation() >= old.incarnation() ? late : old);
    }
  }

  public boolean isClosed(long now) {
    return now >= closesAt || bids.size() == asked.size();
  }

  /** What was bid so far, in the order of the peers' ids. */
  public List<Bid> bids() {
    return List.copyOf(bids.values());
  }
}
