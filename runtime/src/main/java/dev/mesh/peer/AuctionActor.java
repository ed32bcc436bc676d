package dev.mesh.peer;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Reputation;
import dev.mesh.protocols.placement.Bid;
import dev.mesh.protocols.placement.BidRound;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.task.AuctionCall;
import dev.mesh.task.WorkLoad;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Calls for bids on behalf of this peer's ledgers, and bids for this peer. One call goes to each
 * live peer for all tasks that wait, whichever ledger they are of: a bid says what the peer is and
 * has, so that one serves all tasks. Bids close when all peers have answered or after {@code
 * mesh.auction.timeout}; calls that come meanwhile wait for the next round, one for each ledger.
 */
public final class AuctionActor extends AbstractBehavior<AuctionActor.Command> {
  /** What the actor is told. */
  public sealed interface Command {}

  /** A ledger of this peer offers tasks. */
  public record Offer(AuctionCall call) implements Command {}

  record CallForBids(long round, ActorRef<Command> replyTo) implements Command, WireMessage {}

  /** A peer's answer to call number {@code round}. */
  record BidFor(long round, Bid bid) implements Command, WireMessage {}

  private record Close(long round) implements Command {}

  private enum Next implements Command {
    INSTANCE
  }

  /**
   * What the actor needs of its peer. All of it must be thread-safe.
   *
   * @param live the peers to be asked for bids
   * @param auctions where another peer's auction actor is
   * @param load of this peer's work queue; empty until the queue has begun, and no bid is made then
   * @param resources the free share of this peer's processor and memory, 0 to 1
   * @param reputation what this peer thinks of a bidder, 0 to 1
   * @param ring of the mesh's peers, for tasks that are placed by hash
   */
  public record AuctionWiring(
      PeerId self,
      long incarnation,
      Set<String> capabilities,
      Supplier<Set<PeerId>> live,
      Function<PeerId, Optional<ActorRef<Command>>> auctions,
      Supplier<Optional<WorkLoad>> load,
      DoubleSupplier resources,
      ToDoubleFunction<PeerId> reputation,
      Supplier<Ring> ring,
      InstantSource clock) {}

  /** How long bids are open, and the pause between two rounds. */
  public record AuctionSettings(Duration timeout, Duration pace) {
    /** The settings of {@code mesh.auction} in {@code root}. */
    public static AuctionSettings of(Config root) {
      Checked auction = Checked.section(root, "mesh.auction");
      Duration ms = Duration.ofMillis(1);
      return new AuctionSettings(
          auction.duration("timeout", ms, Duration.ofMinutes(1)),
          auction.duration("pace", ms, Duration.ofMinutes(1)));
    }
  }

  private final AuctionSettings settings;
  private final AuctionWiring wiring;
  private final TimerScheduler<Command> timers;

  /** The latest call of each ledger that no round has taken yet. */
  private final Map<Integer, AuctionCall> waiting = new LinkedHashMap<>();

  /** The calls of the open round; empty when none is open. */
  private List<AuctionCall> open = List.of();

  private BidRound bids = new BidRound(Set.of(), 0);
  private long round;
  private boolean paused;

  public static Behavior<Command> create(AuctionSettings settings, AuctionWiring wiring) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new AuctionActor(context, timers, settings, wiring)));
  }

  private AuctionActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      AuctionSettings settings,
      AuctionWiring wiring) {
    super(context);
    this.settings = settings;
    this.wiring = wiring;
    this.timers = timers;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Offer.class, this::onOffer)
        .onMessage(CallForBids.class, this::onCall)
        .onMessage(BidFor.class, this::onBid)
        .onMessage(Close.class, this::onClose)
        .onMessage(Next.class, this::onNext)
        .build();
  }

  private Behavior<Command> onOffer(Offer offer) {
    waiting.put(offer.call().ledger(), offer.call());
    return openIfIdle();
  }

  private Behavior<Command> onNext(Next next) {
    paused = false;
    return openIfIdle();
  }

  private Behavior<Command> openIfIdle() {
    if (!open.isEmpty() || waiting.isEmpty() || paused) {
      return this;
    }
    open = List.copyOf(waiting.values());
    waiting.clear();
    round++;
    Set<PeerId> peers = wiring.live().get();
    long now = wiring.clock().millis();
    bids = new BidRound(peers, now + settings.timeout().toMillis());
    for (PeerId peer : peers) {
      if (peer.equals(wiring.self())) {
        ownBid().map(this::judged).ifPresent(bids::add);
      } else {
        wiring
            .auctions()
            .apply(peer)
            .ifPresent(other -> other.tell(new CallForBids(round, getContext().getSelf())));
      }
    }
    timers.startSingleTimer(Close.class, new Close(round), settings.timeout());
    return closeIfComplete();
  }

  private Behavior<Command> onCall(CallForBids call) {
    ownBid().ifPresent(bid -> call.replyTo().tell(new BidFor(call.round(), bid)));
    return this;
  }

  private Optional<Bid> ownBid() {
    return wiring
        .load()
        .get()
        .map(
            load ->
                new Bid(
                    wiring.self(),
                    wiring.incarnation(),
                    wiring.capabilities(),
                    load.kinds(),
                    Bid.freeCapacity(load.slots(), load.running() + load.waiting()),
                    Reputation.NEUTRAL,
                    wiring.resources().getAsDouble(),
                    load.room(),
                    load.slots()));
  }

  private Bid judged(Bid bid) {
    return bid.judged(wiring.reputation().applyAsDouble(bid.bidder()));
  }

  private Behavior<Command> onBid(BidFor answer) {
    if (answer.round() == round && !open.isEmpty()) {
      bids.add(judged(answer.bid()));
    }
    return closeIfComplete();
  }

  private Behavior<Command> closeIfComplete() {
    return !open.isEmpty() && bids.isClosed(wiring.clock().millis()) ? close() : this;
  }

  private Behavior<Command> onClose(Close close) {
    return close.round() == round && !open.isEmpty() ? close() : this;
  }

  private Behavior<Command> close() {
    timers.cancel(Close.class);
    AuctionOutcome outcome = AuctionOutcome.of(open, bids.bids(), wiring.ring().get());
    for (AuctionCall call : open) {
      call.replyTo().tell(outcome.answer(call));
    }
    open = List.of();
    paused = true;
    timers.startSingleTimer(Next.INSTANCE, Next.INSTANCE, settings.pace());
    return this;
  }
}
