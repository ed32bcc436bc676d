package dev.mesh.peer;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Auction;
import dev.mesh.protocols.placement.AuctionWeights;
import dev.mesh.protocols.placement.Bid;
import dev.mesh.protocols.placement.CapabilityMatch;
import dev.mesh.protocols.placement.CapabilityPlacement;
import dev.mesh.protocols.placement.HashPlacement;
import dev.mesh.protocols.placement.Placement;
import dev.mesh.protocols.placement.PlacementRule;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.protocols.placement.TaskOffer;
import dev.mesh.task.AuctionCall;
import dev.mesh.task.LedgerCommand;
import dev.mesh.task.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one round: the calls of several ledgers, placed together, so that a bidder's room is
 * given away once. Tasks placed by hash go first, since they can go to one peer alone.
 */
final class AuctionOutcome {
  private static final Auction AUCTION = new Auction(AuctionWeights.DEFAULT);
  private static final CapabilityPlacement CAPABILITY = new CapabilityPlacement();

  private final List<Bid> bids;
  private final Map<String, Placement.Award> awards = new HashMap<>();
  private final Map<String, String> unplaced = new HashMap<>();

  private AuctionOutcome(List<Bid> bids) {
    this.bids = bids;
  }

  static AuctionOutcome of(List<AuctionCall> calls, List<Bid> bids, Ring ring) {
    AuctionOutcome outcome = new AuctionOutcome(bids);
    List<Bid> left = outcome.place(new HashPlacement(ring), Task.Placement.HASH, calls, bids);
    left = outcome.place(CAPABILITY, Task.Placement.CAPABILITY, calls, left);
    outcome.place(AUCTION, Task.Placement.AUCTION, calls, left);
    return outcome;
  }

  /** Places the tasks of one way; gives the bids less what has been awarded. */
  private List<Bid> place(
      PlacementRule rule, Task.Placement way, List<AuctionCall> calls, List<Bid> offered) {
    List<TaskOffer> offers =
        calls.stream()
            .flatMap(call -> call.tasks().stream())
            .filter(task -> task.placement() == way)
            .map(AuctionCall.Offered::offer)
            .toList();
    if (offers.isEmpty()) {
      return offered;
    }
    Placement placement = rule.place(offers, offered);
    Map<PeerId, Integer> taken = new HashMap<>();
    for (Placement.Award award : placement.awards()) {
      awards.put(award.taskId(), award);
      taken.merge(award.peer(), 1, Integer::sum);
    }
    unplaced.putAll(placement.unplaced());
    return offered.stream().map(bid -> bid.after(taken.getOrDefault(bid.bidder(), 0))).toList();
  }

  /** What the ledger that made {@code call} is told. */
  LedgerCommand.Placed answer(AuctionCall call) {
    List<AuctionCall.Placement> placements = new ArrayList<>();
    List<AuctionCall.Unplaced> rest = new ArrayList<>();
    for (AuctionCall.Offered task : call.tasks()) {
      Placement.Award award = awards.get(task.id());
      if (award != null) {
        placements.add(new AuctionCall.Placement(task.id(), award.peer(), award.incarnation()));
      } else {
        rest.add(new AuctionCall.Unplaced(task.id(), unplaced.get(task.id()), able(task.offer())));
      }
    }
    return new LedgerCommand.Placed(call.round(), placements, rest);
  }

  private boolean able(TaskOffer offer) {
    return bids.stream()
        .anyMatch(
            bid ->
                bid.kinds().contains(offer.kind())
                    && CapabilityMatch.of(offer.capabilities(), bid.capabilities())
                        >= CapabilityMatch.ELIGIBLE);
  }
}
