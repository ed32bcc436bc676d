package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.TaskOffer;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A ledger's waiting tasks, offered together. Stays within one peer.
 *
 * @param round the ledger's number for this call
 * @param tasks those that should go first come first; at most {@link LedgerSettings#MAX_BATCH}
 * @param replyTo is told {@link LedgerCommand.Placed} once, unless this peer stops
 */
public record AuctionCall(
    int ledger, long round, List<Offered> tasks, ActorRef<LedgerCommand> replyTo) {

  /** What matters of a task to those who bid for it. */
  public record Offered(TaskOffer offer, Task.Placement placement) {
    public String id() {
      return offer.id();
    }
  }

  /** Who is to have a task, and which run of that peer's worker. */
  public record Placement(String id, PeerId peer, long incarnation) {}

  /**
   * A task that nobody took.
   *
   * @param able whether some peer could run it and only lacks room
   */
  public record Unplaced(String id, String why, boolean able) {}
}
