package dev.mesh.peer;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Aggregation;
import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.Gossip;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.Witness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Hosts a {@link Gossip} and an {@link Aggregation} core: says what this peer is, in each round,
 * and keeps what others say where the edges and the application can see it. Restarted, it goes on
 * from what was seen there.
 */
final class GossipActor extends AbstractBehavior<GossipActor.Command> {
  static final String NAME = "gossip";

  sealed interface Command permits GossipWire, Write, Round {}

  /** The application writes an entry; empty: deletes it. */
  record Write(String key, Optional<Bytes> value, ActorRef<Written> replyTo) implements Command {}

  /** Answers {@link Write}; with the reason if it was refused. */
  record Written(Optional<String> refusal) {}

  private enum Round implements Command {
    INSTANCE
  }

  private final PeerContext peer;
  private final Supplier<PeerFacts> own;
  private final GossipHub hub;
  private final Gossip gossip;
  private final Aggregation aggregation;
  private final Refusals refusals;

  /**
   * Gossip about a peer.
   *
   * @param own what this peer is now, measured when asked
   * @param witness is told who does not behave
   */
  static Behavior<Command> create(PeerContext peer, Supplier<PeerFacts> own, Witness witness) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Round.INSTANCE, peer.settings().gossipInterval());
                  return new GossipActor(context, peer, own, witness);
                }));
  }

  private GossipActor(
      ActorContext<Command> context, PeerContext peer, Supplier<PeerFacts> own, Witness witness) {
    super(context);
    this.peer = peer;
    this.own = own;
    this.hub = peer.state().gossipHub();
    SplittableRandom random = new SplittableRandom();
    Draws draws = random::nextInt;
    this.gossip =
        new Gossip(
            peer.id(),
            peer.incarnation(),
            peer.settings().gossip(),
            draws,
            peer.state().peers(),
            hub.entries());
    this.aggregation = new Aggregation(peer.id(), draws);
    this.refusals = new Refusals(peer.state(), witness);
    hub.attach(context.getSelf(), context.getSystem());
    onRound();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(GossipWire.OfState.class, this::onState)
        .onMessage(GossipWire.OfAggregates.class, this::onAggregates)
        .onMessage(Write.class, this::onWrite)
        .onMessage(Round.class, round -> onRound())
        .build();
  }

  private Behavior<Command> onRound() {
    peer.refs().contacts().forEach(known -> handle(new Input.PeerKnown(known.peer())));
    handle(new Input.Registered(peer.state().registry()));
    handle(
        new Input.Unreachable(
            peer.state().health().entrySet().stream()
                .filter(entry -> entry.getValue() == Health.FAILED)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet())));
    handle(new Input.Distrusted(peer.distrusted()));
    PeerFacts now = own.get();
    handle(new Input.Publish(now));
    handle(new Input.Round(System.currentTimeMillis()));
    handle(
        new Aggregation.Input.Round(
            gossip.draw(1).stream().findFirst(),
            new Aggregation.Sample(values(now.load()), gossip.isFirst(), gossip.others())));
    hub.aggregatesAre(aggregation.results());
    return this;
  }

  private Behavior<Command> onState(GossipWire.OfState it) {
    return handle(new Input.Received(System.currentTimeMillis(), it.message()));
  }

  private Behavior<Command> onAggregates(GossipWire.OfAggregates it) {
    AggregationMessage message = it.message();
    message.fault().ifPresent(why -> refusals.refused(message.from(), "aggregates", why));
    return handle(new Aggregation.Input.Received(message));
  }

  private Map<String, Double> values(Load load) {
    Map<String, Double> values = hub.contributions();
    if (load.slots() > 0) {
      values.put(GossipHub.LOAD, (double) (load.running() + load.queued()) / load.slots());
    }
    return values;
  }

  private Behavior<Command> onWrite(Write write) {
    Optional<String> refusal =
        carryOut(new Input.Write(System.currentTimeMillis(), write.key(), write.value()));
    write.replyTo().tell(new Written(refusal));
    return this;
  }

  private Behavior<Command> handle(Input input) {
    carryOut(input);
    return this;
  }

  /** Gives why what was asked is refused, if it is. */
  private Optional<String> carryOut(Input input) {
    Optional<String> refusal = Optional.empty();
    List<Effect> effects = gossip.handle(input);
    peer.state().factsAre(gossip.peers());
    hub.entriesAre(gossip.entries());
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send it) {
        send(it.to(), GossipWire.of(it.message()));
      } else if (effect instanceof Effect.Changed it) {
        hub.changed(it.entry());
      } else if (effect instanceof Effect.Refused it) {
        refusal = Optional.of(it.why());
      } else if (effect instanceof Effect.MessageRefused it) {
        refusals.refused(it.from(), "gossip", it.why());
      }
    }
    return refusal;
  }

  private Behavior<Command> handle(Aggregation.Input input) {
    for (Aggregation.Send it : aggregation.handle(input)) {
      send(it.to(), GossipWire.of(it.message()));
    }
    return this;
  }

  private void send(PeerId to, GossipWire message) {
    peer.refs().<GossipWire>at(to, NAME).ifPresent(there -> there.tell(message));
  }
}
