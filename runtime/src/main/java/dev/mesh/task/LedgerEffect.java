package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Outcome;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What a ledger wants done once its events are on disk. */
sealed interface LedgerEffect {

  record Answer(ActorRef<LedgerReply> to, LedgerReply reply) implements LedgerEffect {}

  record TellWorker(PeerId peer, WorkCommand.Sent command) implements LedgerEffect {}

  /** So many tasks have ended in this way at the peer. */
  record Witnessed(PeerId peer, Outcome outcome, int times) implements LedgerEffect {}

  record CallAuction(long round, List<AuctionCall.Offered> tasks) implements LedgerEffect {}
}
