package dev.mesh.protocols.placement;

import dev.mesh.protocols.placement.Bidders.Candidate;
import java.util.Comparator;
import java.util.List;

/**
 * The highest score wins: a weighted sum of capability match, free capacity, past performance and
 * free resources. With each task that a bidder wins, its free capacity falls, so that a batch
 * spreads over the peers.
 */
public final class Auction implements PlacementRule {
  private final AuctionWeights weights;

  public Auction(AuctionWeights weights) {
    this.weights = weights;
  }

  @Override
  public Placement place(List<TaskOffer> offers, List<Bid> bids) {
    Bidders bidders = new Bidders(bids);
    Comparator<Candidate> highestFirst =
        Comparator.comparingDouble(candidate -> -score(candidate, bidders));
    offers.forEach(offer -> bidders.award(offer, highestFirst));
    return bidders.placement();
  }

  /** The score of a bid for a task, 0 to 1. */
  public double score(TaskOffer offer, Bid bid) {
    double match = CapabilityMatch.of(offer.capabilities(), bid.capabilities());
    return score(match, bid.freeCapacity(), bid);
  }

  private double score(Candidate candidate, Bidders bidders) {
    return score(candidate.match(), bidders.freeCapacity(candidate.bid()), candidate.bid());
  }

  private double score(double match, double freeCapacity, Bid bid) {
    return weights.capability() * match
        + weights.capacity() * freeCapacity
        + weights.performance() * bid.pastPerformance()
        + weights.resources() * bid.resources();
  }
}
