package dev.mesh.peer;

import dev.mesh.events.MeshEvent;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FailureDetector;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Input;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.membership.WatchRings;
import dev.mesh.protocols.membership.Witness;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts a {@link FailureDetector} over the peers that discovery has learned of, says whom a quorum
 * has confirmed failed, and shows in {@link PeerState} what is known. Give it the {@link
 * #dispatcher}.
 */
final class HeartbeatActor extends AbstractBehavior<HeartbeatActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatActor.class);

  static final String NAME = "heartbeat";

  /** Of more peers than this that left, the first are forgotten: at worst they are missed again. */
  private static final int MAX_LEFT = 1024;

  sealed interface Command permits HeartbeatWire, Tick {}

  private enum Tick implements Command {
    INSTANCE
  }

  /** Is told whom a quorum has confirmed failed, and in which life. */
  @FunctionalInterface
  interface Lost {
    void lost(PeerId peer, long incarnation);
  }

  /**
   * What the actor needs.
   *
   * @param contacts every peer ever heard of, each in its latest life
   * @param detectors where another peer's detector is; empty while that is unknown
   * @param witness is told who does not behave
   */
  record Environment(
      HeartbeatSettings settings,
      PeerState state,
      Supplier<Collection<Contact>> contacts,
      Function<PeerId, Optional<ActorRef<HeartbeatWire>>> detectors,
      Witness witness,
      Lost lost) {}

  private final Environment environment;
  private final FailureDetector detector;
  private final Refusals refusals;

  /** In which life they left. */
  private final Map<PeerId, Long> left =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerId, Long> eldest) {
          return size() > MAX_LEFT;
        }
      };

  private Set<PeerId> registered = Set.of();
  private Set<PeerId> watched = Set.of();

  static Behavior<Command> create(PeerContext peer, Witness witness, Lost lost) {
    return create(
        new Environment(
            peer.settings().heartbeat(),
            peer.state(),
            peer.refs()::contacts,
            other -> peer.refs().at(other, NAME),
            witness,
            lost));
  }

  static Behavior<Command> create(Environment environment) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Tick.INSTANCE, environment.settings().tick());
                  return new HeartbeatActor(context, environment);
                }));
  }

  /**
   * A thread of its own: on a dispatcher that it shares, a burst of tasks or of log entries would
   * delay its pings, and this peer would look, and see others, as if it had failed.
   */
  static DispatcherSelector dispatcher() {
    return DispatcherSelector.fromConfig("mesh.heartbeat.dispatcher");
  }

  private HeartbeatActor(ActorContext<Command> context, Environment environment) {
    super(context);
    this.environment = environment;
    this.detector =
        new FailureDetector(
            environment.state().self(), environment.state().incarnation(), environment.settings());
    this.refusals = new Refusals(environment.state(), environment.witness());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(HeartbeatWire.class, it -> onMessage(it.message()))
        .onMessage(Tick.class, tick -> onTick())
        .build();
  }

  private Behavior<Command> onMessage(Heartbeat message) {
    if (!hasLeft(message.from(), message.incarnation().life())) {
      handle(new Input.Received(System.nanoTime(), message));
    }
    return this;
  }

  private boolean hasLeft(PeerId other, long life) {
    return life <= left.getOrDefault(other, Long.MIN_VALUE);
  }

  private Behavior<Command> onTick() {
    Map<PeerId, Long> known = new HashMap<>();
    for (Contact contact : environment.contacts().get()) {
      known.put(contact.peer(), contact.incarnation());
    }
    lookWhoHasLeft(known);
    known.entrySet().removeIf(contact -> hasLeft(contact.getKey(), contact.getValue()));
    watch(known.keySet());
    known.forEach((id, life) -> handle(new Input.PeerKnown(System.nanoTime(), id, life)));
    handle(new Input.Tick(System.nanoTime()));
    return this;
  }

  /** Who was struck off the registry is not expected to answer; a later life is a newcomer. */
  private void lookWhoHasLeft(Map<PeerId, Long> known) {
    Set<PeerId> now = environment.state().registry();
    for (PeerId gone : registered) {
      if (!now.contains(gone)) {
        left.put(gone, known.getOrDefault(gone, Long.MIN_VALUE));
      }
    }
    registered = now;
  }

  private void watch(Set<PeerId> known) {
    Set<PeerId> mesh = new TreeSet<>(known);
    mesh.add(environment.state().self());
    if (!mesh.equals(watched)) {
      watched = mesh;
      WatchRings rings = WatchRings.of(mesh, environment.settings().observers());
      handle(new Input.PeersAre(System.nanoTime(), rings));
    }
  }

  private void handle(Input input) {
    List<Effect> effects = detector.handle(input);
    show(); // whoever is told of a failure finds it there
    effects.forEach(this::execute);
  }

  private void execute(Effect effect) {
    if (effect instanceof Effect.Send it) {
      send(it.to(), it.message());
    } else if (effect instanceof Effect.PeerSuspected it) {
      LOG.info("{} is silent for {}; others are asked", it.peer(), it.by());
      happened(new MeshEvent.PeerSuspected(it.peer(), it.by(), silence(it.peer())));
    } else if (effect instanceof Effect.PeerFailed it) {
      LOG.info("{} has failed, {} says", it.peer(), it.by());
      happened(new MeshEvent.PeerFailed(it.peer(), it.by(), it.confirmedBy()));
      environment.lost().lost(it.peer(), it.incarnation().life());
    } else if (effect instanceof Effect.PeerAlive it) {
      LOG.debug("{} is alive", it.peer());
      happened(new MeshEvent.PeerAlive(it.peer()));
    } else if (effect instanceof Effect.Refuted it) {
      LOG.info("{} suspected this peer, which refutes", it.by());
      happened(new MeshEvent.SuspicionRefuted(it.by()));
    } else if (effect instanceof Effect.Condemned it) {
      LOG.warn("{} declared this peer failed, as if it were frozen or cut off", it.by());
      happened(new MeshEvent.Condemned(it.by()));
      environment
          .state()
          .condemned(new PeerState.Condemnation(it.accused(), it.by(), Instant.now()));
    } else if (effect instanceof Effect.FalselyAccused it) {
      LOG.debug("{} has refuted what {} said of it", it.accused(), it.by());
      environment.witness().saw(it.by(), Outcome.of(it), 1);
    } else if (effect instanceof Effect.MessageRefused it) {
      refusals.refused(it.from(), "heartbeat", it.why());
    } else {
      throw new IllegalStateException("no rule for " + effect);
    }
  }

  private void happened(MeshEvent.What what) {
    environment.state().happened(what);
  }

  private Optional<Duration> silence(PeerId silent) {
    return environment.state().heartbeats().of(silent).flatMap(PeerObservation::silent);
  }

  private void show() {
    long now = System.nanoTime();
    environment
        .state()
        .heartbeatsAre(
            new PeerState.Heartbeats(
                detector.health(),
                detector.observations(now),
                detector.silent(now),
                detector.isInTouch(),
                detector.localHealth()));
  }

  private void send(PeerId to, Heartbeat message) {
    environment.detectors().apply(to).ifPresent(there -> there.tell(HeartbeatWire.of(message)));
  }
}
