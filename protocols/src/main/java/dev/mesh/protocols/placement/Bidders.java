package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The bidders of one batch and the slots that they have left while it is placed. */
final class Bidders {
  /** Kinds that are named to people; a peer may have handlers for hundreds. */
  private static final int MAX_NAMED = 20;

  /** A bid, seen by one kind of offer. */
  record Candidate(Bid bid, double match) {}

  private record Wanted(String kind, Set<String> capabilities) {}

  private final List<Bid> bids;
  private final Map<PeerId, Integer> slots = new HashMap<>();

  /** Tasks that travel together mostly want the same: what follows from that is found once. */
  private final Map<Wanted, List<Candidate>> eligible = new HashMap<>();

  private final Map<Wanted, String> whyUnable = new HashMap<>();
  private final List<Placement.Award> awards = new ArrayList<>();
  private final Map<String, String> unplaced = new HashMap<>();

  Bidders(List<Bid> bids) {
    this.bids = bids.stream().sorted(Comparator.comparing(Bid::bidder)).toList();
    this.bids.forEach(bid -> slots.put(bid.bidder(), bid.freeSlots()));
  }

  /** Who has a handler and enough of the capabilities, with room or without. */
  List<Candidate> eligibleFor(TaskOffer offer) {
    return eligible.computeIfAbsent(
        wanted(offer),
        any ->
            withHandler(offer)
                .filter(candidate -> candidate.match() >= CapabilityMatch.ELIGIBLE)
                .toList());
  }

  private static Wanted wanted(TaskOffer offer) {
    return new Wanted(offer.kind(), offer.capabilities());
  }

  /** Who has a handler, with enough of the capabilities or without. */
  private Stream<Candidate> withHandler(TaskOffer offer) {
    return bids.stream()
        .filter(bid -> bid.kinds().contains(offer.kind()))
        .map(
            bid ->
                new Candidate(bid, CapabilityMatch.of(offer.capabilities(), bid.capabilities())));
  }

  boolean hasRoom(Bid bid) {
    return slots.get(bid.bidder()) > 0;
  }

  /** The bidder's free capacity, less what this batch has taken of it already. */
  double freeCapacity(Bid bid) {
    return bid.freeCapacityAfter(bid.freeSlots() - slots.get(bid.bidder()));
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
    List<Candidate> able = eligibleFor(offer);
    if (able.isEmpty()) {
      leave(offer, whyUnable.computeIfAbsent(wanted(offer), any -> whyNobodyIsAble(offer)));
    } else if (able.size() == 1) {
      leave(offer, "peer " + able.get(0).bid().bidder() + ", alone able to run it, is busy");
    } else {
      leave(offer, "all " + able.size() + " peers able to run it are busy");
    }
  }

  private String whyNobodyIsAble(TaskOffer offer) {
    if (bids.isEmpty()) {
      return "no peer has answered the call for bids";
    }
    return withHandler(offer)
        .max(Comparator.comparingDouble(Candidate::match))
        .map(best -> whyTooLittle(offer, best))
        .orElseGet(() -> whyNoKind(offer));
  }

  private String whyNoKind(TaskOffer offer) {
    List<String> kinds =
        bids.stream().flatMap(bid -> bid.kinds().stream()).distinct().sorted().toList();
    String named = String.join(", ", kinds.subList(0, Math.min(kinds.size(), MAX_NAMED)));
    return "none of "
        + bids.size()
        + " peers has a handler for kind '"
        + offer.kind()
        + "'; they have handlers for "
        + (kinds.isEmpty() ? "nothing" : named)
        + (kinds.size() > MAX_NAMED ? " and " + (kinds.size() - MAX_NAMED) + " more" : "");
  }

  private static String whyTooLittle(TaskOffer offer, Candidate best) {
    return String.format(
        Locale.ROOT,
        "no peer with a handler offers at least %s of the capabilities %s; best is %s with %.2f",
        CapabilityMatch.ELIGIBLE,
        offer.capabilities().stream().sorted().toList(),
        best.bid().bidder(),
        best.match());
  }

  void leave(TaskOffer offer, String why) {
    unplaced.put(offer.id(), why);
  }

  Placement placement() {
    return new Placement(awards, unplaced);
  }
}
