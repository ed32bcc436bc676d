package dev.mesh.peer;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.membership.Candidate;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.Overlay;
import dev.mesh.protocols.membership.Overlay.Effect;
import dev.mesh.protocols.membership.Overlay.Input;
import dev.mesh.protocols.membership.OverlayMessage;
import dev.mesh.protocols.membership.Witness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts an {@link Overlay}: the registered peers that discovery has learned of are its candidates,
 * heartbeats say who is gone, and reputation whom to avoid. Who the neighbours are is kept in
 * {@link PeerState}.
 */
final class OverlayActor extends AbstractBehavior<OverlayActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(OverlayActor.class);

  static final String NAME = "overlay";

  sealed interface Command {}

  /** From another peer's overlay. */
  sealed interface FromPeer extends Command, WireMessage {
    OverlayMessage message();
  }

  record Linked(OverlayMessage.Link message) implements FromPeer {}

  record Unlinked(OverlayMessage.Unlink message) implements FromPeer {}

  record Exchanged(OverlayMessage.Exchange message) implements FromPeer {}

  private enum Round implements Command {
    INSTANCE
  }

  private final PeerContext peer;
  private final Overlay overlay;
  private final Refusals refusals;

  static Behavior<Command> create(PeerContext peer, Witness witness) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(
                      Round.INSTANCE, peer.settings().overlayInterval());
                  return new OverlayActor(context, peer, witness);
                }));
  }

  private OverlayActor(ActorContext<Command> context, PeerContext peer, Witness witness) {
    super(context);
    this.peer = peer;
    this.refusals = new Refusals(peer.state(), witness);
    SplittableRandom random = new SplittableRandom();
    this.overlay =
        new Overlay(
            new Candidate(peer.id(), peer.incarnation(), peer.address(), peer.settings().zone()),
            peer.settings().overlay(),
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
    handle(new Input.Distrusted(peer.distrusted()));
    peer.state().failedLives().forEach((id, life) -> handle(new Input.PeerGone(id, life)));
    for (PeerId neighbour : overlay.neighbours()) {
      if (!peer.state().registry().contains(neighbour)) { // it has left
        peer.refs()
            .incarnation(neighbour)
            .ifPresent(life -> handle(new Input.PeerGone(neighbour, life)));
      }
    }
    handle(new Input.PeersKnown(candidates()));
    return handle(new Input.Round());
  }

  /** The registered peers of which it is known where they are and in which zone. */
  private List<Candidate> candidates() {
    Map<PeerId, String> zones = new HashMap<>(peer.state().directory().activeZones());
    for (PeerFacts facts : peer.state().facts()) {
      zones.replace(facts.peer(), facts.zone());
    }
    return peer.refs().contacts().stream()
        .filter(contact -> zones.containsKey(contact.peer()))
        .map(contact -> candidate(contact, zones.get(contact.peer())))
        .toList();
  }

  private static Candidate candidate(Contact contact, String zone) {
    return new Candidate(contact.peer(), contact.incarnation(), contact.address(), zone);
  }

  private Behavior<Command> handle(Input input) {
    for (Effect effect : overlay.handle(input)) {
      if (effect instanceof Effect.Send it) {
        ActorRef<FromPeer> there = peer.refs().atAddress(it.to().address(), NAME);
        there.tell(wire(it.message()));
      } else if (effect instanceof Effect.Connected it) {
        LOG.debug("{} is a neighbour", it.neighbour());
      } else if (effect instanceof Effect.Disconnected it) {
        LOG.debug("{} is no longer a neighbour", it.neighbour());
      } else if (effect instanceof Effect.MessageRefused it) {
        refusals.refused(it.from(), "overlay", it.why());
      } else {
        throw new IllegalStateException("no rule for " + effect);
      }
    }
    peer.state().neighboursAre(overlay.neighbours());
    return this;
  }

  static FromPeer wire(OverlayMessage message) {
    if (message instanceof OverlayMessage.Link it) {
      return new Linked(it);
    } else if (message instanceof OverlayMessage.Unlink it) {
      return new Unlinked(it);
    } else if (message instanceof OverlayMessage.Exchange it) {
      return new Exchanged(it);
    }
    throw new IllegalStateException("no wire form for " + message);
  }
}
