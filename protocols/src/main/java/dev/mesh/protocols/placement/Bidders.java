package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The bidders of one batch and the slots that they have left while it is placed. */
final class Bidders {
  /** A bid, seen by one kind of offer. */
  record Candidate(Bid bid, double match) {}

  private record Wanted(String kind, Set<String> capabilities) {}

  private final List<Bid> bids;
  private final Map<PeerId, Integer> slots = new HashMap<>();
  private final Map<Wanted, List<Candidate>> eligible = new HashMap<>();
  private final List<Placement.Award> awards = new ArrayList<>();
  private final Map<String, String> unplaced = new HashMap<>();

  Bidders(List<Bid> bids) {
    this.bids = bids.stream().sorted(Comparator.comparing(Bid::bidder)).toList();
    this.bids.forEach(bid -> slots.put(bid.bidder(), bid.freeSlots()));
  }

  /** Who has a handler and enough of the capabilities, with room or without. */
  List<Candidate> eligibleFor(TaskOffer offer) {
    return eligible.computeIfAbsent(
        new Wanted(offer.kind(), offer.capabilities()),
        wanted ->
            bids.stream()
                .filter(bid -> bid.kinds().contains(wanted.kind()))
                .map(
                    bid ->
                        new Candidate(
                            bid, CapabilityMatch.of(wanted.capabilities(), bid.capabilities())))
                .filter(candidate -> candidate.match() >= CapabilityMatch.ELIGIBLE)
                .toList());
  }

  boolean hasRoom(Bid bid) {
    return slots.get(bid.bidder()) > 0;
  }

  /** The bidder's free capacity, less what this batch has taken of it already. */
  double freeCapacity(Bid bid) {
    return bid.freeSlots() == 0
        ? 0
        : bid.freeCapacity() * slots.get(bid.bidder()) / bid.freeSlots();
  }

  /** Gives the task to the first in {@code order} that has room; ties are broken by hash. */
  void award(TaskOffer offer, Comparator<Candidate> order) {
    Comparator<Candidate> total =
        order.thenComparing(
            candidate -> StableHash.of(offer.id(), candidate.bid().bidder().value()));
    Optional<Candidate> winner =
        eligibleFor(offer).stream().filter(candidate -> hasRoom(candidate.bid())).min(total);
    winner.ifPresentOrElse(found -> award(offer, found.bid()), () -> leave(offer));
  }

  void award(TaskOffer offer, Bid bid) {
    slots.merge(bid.bidder(), -1, Integer::sum);
    awards.add(new Placement.Award(offer.id(), bid.bidder(), bid.incarnation()));
  }

  /** Leaves the task and says why nobody takes it. */
  void leave(TaskOffer offer) {
    String why;
    if (bids.isEmpty()) {
      why = "no peer has answered the call for bids";
    } else if (bids.stream().noneMatch(bid -> bid.kinds().contains(offer.kind()))) {
      why = "none of " + bids.size() + " peers has a handler for kind '" + offer.kind() + "'";
    } else if (eligibleFor(offer).isEmpty()) {
      why =
          "no peer with a handler offers enough of the capabilities "
              + offer.capabilities().stream().sorted().toList();
    } else {
      why = "all peers that could run it are busy";
    }
    unplaced.put(offer.id(), why);
  }

  void leave(TaskOffer offer, String why) {
    unplaced.put(offer.id(), why);
  }

  Placement placement() {
    return new Placement(awards, unplaced);
  }
}
