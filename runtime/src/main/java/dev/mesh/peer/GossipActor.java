package dev.mesh.peer;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Gossip;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import dev.mesh.protocols.gossip.GossipMessage;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Hosts a {@link Gossip} core: says what this peer is, in each round, and keeps what others say of
 * themselves where the edges can see it.
 */
final class GossipActor extends AbstractBehavior<GossipActor.Command> {
  static final String NAME = "gossip";

  sealed interface Command {}

  /** From another peer's gossip. */
  sealed interface FromPeer extends Command, WireMessage {
    GossipMessage message();
  }

  record Summarised(GossipMessage.Summary message) implements FromPeer {}

  record Branched(GossipMessage.Branches message) implements FromPeer {}

  record Compared(GossipMessage.Buckets message) implements FromPeer {}

  record Wanted(GossipMessage.Want message) implements FromPeer {}

  record Told(GossipMessage.News message) implements FromPeer {}

  private enum Round implements Command {
    INSTANCE
  }

  private final PeerContext peer;
  private final Supplier<PeerFacts> own;
  private final Gossip gossip;

  /** In which life they left. */
  private final Map<PeerId, Long> left = new HashMap<>();

  private Set<PeerId> registered = Set.of();

  /**
   * Gossip about a peer.
   *
   * @param own what this peer is now, measured when asked
   */
  static Behavior<Command> create(PeerContext peer, Supplier<PeerFacts> own) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Round.INSTANCE, peer.settings().gossipInterval());
                  return new GossipActor(context, peer, own);
                }));
  }

  private GossipActor(ActorContext<Command> context, PeerContext peer, Supplier<PeerFacts> own) {
    super(context);
    this.peer = peer;
    this.own = own;
    SplittableRandom random = new SplittableRandom();
    this.gossip =
        new Gossip(
            peer.id(),
            peer.incarnation(),
            peer.settings().gossip(),
            bound -> random.nextInt(bound));
    onRound();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromPeer.class, it -> handle(new Input.Received(it.message())))
        .onMessage(Round.class, round -> onRound())
        .build();
  }

  private Behavior<Command> onRound() {
    lookWhoHasLeft();
    for (Contact known : peer.refs().contacts()) {
      if (known.incarnation() > left.getOrDefault(known.peer(), Long.MIN_VALUE)) {
        handle(new Input.PeerKnown(known.peer()));
      }
    }
    handle(
        new Input.Unreachable(
            peer.state().health().entrySet().stream()
                .filter(entry -> entry.getValue() == Health.FAILED)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet())));
    handle(new Input.Publish(own.get()));
    return handle(new Input.Round(System.currentTimeMillis()));
  }

  /** Who was struck off the registry is not told any more; a later life is a newcomer. */
  private void lookWhoHasLeft() {
    Set<PeerId> now = peer.state().registry();
    for (PeerId gone : registered) {
      if (!now.contains(gone)) {
        left.put(gone, peer.refs().incarnation(gone).orElse(Long.MIN_VALUE));
        handle(new Input.PeerLeft(gone));
      }
    }
    registered = now;
  }

  private Behavior<Command> handle(Input input) {
    for (Effect effect : gossip.handle(input)) {
      if (effect instanceof Effect.Send it) {
        send(it.to(), it.message());
      }
    }
    peer.state().factsAre(gossip.peers());
    return this;
  }

  private void send(PeerId to, GossipMessage message) {
    peer.refs().<FromPeer>at(to, NAME).ifPresent(there -> there.tell(wire(message)));
  }

  private static FromPeer wire(GossipMessage message) {
    if (message instanceof GossipMessage.Summary it) {
      return new Summarised(it);
    } else if (message instanceof GossipMessage.Branches it) {
      return new Branched(it);
    } else if (message instanceof GossipMessage.Buckets it) {
      return new Compared(it);
    } else if (message instanceof GossipMessage.Want it) {
      return new Wanted(it);
    } else if (message instanceof GossipMessage.News it) {
      return new Told(it);
    }
    throw new IllegalStateException("no wire form for " + message);
  }
}
