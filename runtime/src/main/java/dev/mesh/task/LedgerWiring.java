package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Witness;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a ledger needs of the peer that it lives on. All of it is called by the ledger's threads and
 * must be thread-safe.
 *
 * @param workers where a peer's {@link WorkQueue} is, empty while that is unknown
 * @param auction takes a call, see {@link AuctionCall}
 * @param places where ledgers' events are kept
 * @param home host:port of the peer that a ledger is to live at, if there is one now
 * @param runs which runs of workers there are
 * @param witness is told how tasks end at their peers
 */
public record LedgerWiring(
    LedgerSettings settings,
    LedgerPlaces places,
    IntFunction<Optional<String>> home,
    Function<PeerId, Optional<ActorRef<WorkCommand>>> workers,
    Consumer<AuctionCall> auction,
    Supplier<WorkerRuns> runs,
    Witness witness,
    InstantSource clock) {}
