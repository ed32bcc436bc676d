package dev.mesh.protocols.placement;

import dev.mesh.protocols.placement.Bidders.Candidate;
import java.util.Comparator;
import java.util.List;

/** The best match with room wins; among equal matches, who has most capacity free. */
public final class CapabilityPlacement implements PlacementRule {
  @Override
  public Placement place(List<TaskOffer> offers, List<Bid> bids) {
    Bidders bidders = new Bidders(bids);
    Comparator<Candidate> bestFirst =
        Comparator.<Candidate>comparingDouble(candidate -> -candidate.match())
            .thenComparingDouble(candidate -> -bidders.freeCapacity(candidate.bid()));
    offers.forEach(offer -> bidders.award(offer, bestFirst));
    return bidders.placement();
  }
}
