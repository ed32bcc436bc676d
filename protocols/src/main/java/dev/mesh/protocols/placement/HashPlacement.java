package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Bidders.Candidate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The ring's owner of a task's id runs it: the first peer after the id that has bid and is able to.
 * If that one is busy the task waits for it, so that a task's place depends on its id alone.
 */
public final class HashPlacement implements PlacementRule {
  private final Ring ring;

  public HashPlacement(Ring ring) {
    this.ring = ring;
  }

  @Override
  public Placement place(List<TaskOffer> offers, List<Bid> bids) {
    Bidders bidders = new Bidders(bids);
    offers.forEach(offer -> place(offer, bidders));
    return bidders.placement();
  }

  private void place(TaskOffer offer, Bidders bidders) {
    Map<PeerId, Bid> able =
        bidders.eligibleFor(offer).stream()
            .map(Candidate::bid)
            .collect(Collectors.toMap(Bid::bidder, Function.identity()));
    Optional<Bid> owner =
        ring.clockwise(offer.id()).filter(able::containsKey).map(able::get).findFirst();
    if (owner.isEmpty()) {
      bidders.leave(offer);
    } else if (bidders.hasRoom(owner.get())) {
      bidders.award(offer, owner.get());
    } else {
      bidders.leave(offer, "its place by hash is " + owner.get().bidder() + ", which is busy");
    }
  }
}
