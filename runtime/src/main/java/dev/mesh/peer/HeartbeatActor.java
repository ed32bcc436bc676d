package dev.mesh.peer;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FailureDetector;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Input;
import dev.mesh.protocols.membership.FailureDetector.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts a {@link FailureDetector}: pings every peer that discovery has learned of, and says whom a
 * quorum has confirmed failed.
 */
final class HeartbeatActor extends AbstractBehavior<HeartbeatActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatActor.class);

  static final String NAME = "heartbeat";

  sealed interface Command {}

  /** From another peer's detector. */
  sealed interface FromPeer extends Command, WireMessage {
    Message message();
  }

  record Pinged(Message.Ping message) implements FromPeer {}

  record Ponged(Message.Pong message) implements FromPeer {}

  record Asked(Message.AskConfirmation message) implements FromPeer {}

  record Confirmed(Message.Confirmation message) implements FromPeer {}

  private enum Tick implements Command {
    INSTANCE
  }

  /** Is told whom a quorum has confirmed failed, and in which life. */
  @FunctionalInterface
  interface Lost {
    void lost(PeerId peer, long incarnation);
  }

  private final PeerContext peer;
  private final Lost lost;
  private final FailureDetector detector;

  /** In which life they left. */
  private final Map<PeerId, Long> left = new HashMap<>();

  private Set<PeerId> registered = Set.of();

  static Behavior<Command> create(PeerContext peer, Lost lost) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(
                      Tick.INSTANCE, peer.settings().heartbeatInterval());
                  return new HeartbeatActor(context, peer, lost);
                }));
  }

  private HeartbeatActor(ActorContext<Command> context, PeerContext peer, Lost lost) {
    super(context);
    this.peer = peer;
    this.lost = lost;
    this.detector =
        new FailureDetector(
            peer.id(),
            peer.incarnation(),
            new FailureDetector.Settings(
                peer.settings().heartbeatInterval().toMillis(),
                peer.settings().heartbeatTimeout().toMillis()));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromPeer.class, it -> onMessage(it.message()))
        .onMessage(Tick.class, tick -> onTick())
        .build();
  }

  private Behavior<Command> onMessage(Message message) {
    return hasLeft(message.from(), message.incarnation())
        ? this
        : handle(new Input.Received(now(), message));
  }

  private boolean hasLeft(PeerId other, long incarnation) {
    return incarnation <= left.getOrDefault(other, Long.MIN_VALUE);
  }

  private Behavior<Command> onTick() {
    lookWhoHasLeft();
    for (Contact known : peer.refs().contacts()) {
      if (!hasLeft(known.peer(), known.incarnation())) {
        handle(new Input.PeerKnown(now(), known.peer(), known.incarnation()));
      }
    }
    return handle(new Input.Tick(now()));
  }

  /** Who was struck off the registry is not expected to answer; a later life is a newcomer. */
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
    for (Effect effect : detector.handle(input)) {
      if (effect instanceof Effect.Send it) {
        send(it.to(), it.message());
      } else if (effect instanceof Effect.PeerSuspected it) {
        LOG.info("{} is silent; the others are asked", it.peer());
      } else if (effect instanceof Effect.PeerFailed it) {
        LOG.info("{} has failed, a quorum confirms", it.peer());
        lost.lost(it.peer(), it.incarnation());
      } else if (!(effect instanceof Effect.PeerAlive)) {
        throw new IllegalStateException("no rule for " + effect);
      }
    }
    peer.state().healthIs(detector.health());
    return this;
  }

  private void send(PeerId to, Message message) {
    peer.refs().<FromPeer>at(to, NAME).ifPresent(there -> there.tell(wire(message)));
  }

  private static FromPeer wire(Message message) {
    if (message instanceof Message.Ping it) {
      return new Pinged(it);
    } else if (message instanceof Message.Pong it) {
      return new Ponged(it);
    } else if (message instanceof Message.AskConfirmation it) {
      return new Asked(it);
    } else if (message instanceof Message.Confirmation it) {
      return new Confirmed(it);
    }
    throw new IllegalStateException("no wire form for " + message);
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
