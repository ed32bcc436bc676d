package dev.mesh.peer;

import dev.mesh.persistence.replicated.meta.MetaAnswer;
import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.placement.HandOver;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Takes this peer out of the mesh: has group 0 record that it leaves, and waits until others hold
 * what it held and it is struck off the registry, or until nothing more of it can be handed over
 * while others are out of reach. Whoever wants it to leave bounds how long that may take; the peer
 * goes on leaving until it ends.
 */
final class Leaving extends AbstractBehavior<Leaving.Command> {
  static final String NAME = "leaving";

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** Whoever is out of reach for less than these looks take may be back. */
  private static final int PATIENCE = 10;

  sealed interface Command {}

  private enum Look implements Command {
    INSTANCE
  }

  private record Answered(Optional<String> refusal) implements Command {}

  /**
   * What leaving works with.
   *
   * @param directory the latest that this peer knows
   * @param reachable the peers in reach, this one included
   * @param propose asks group 0; its stages end within a bound
   * @param outcome completed with nothing once the peer has left, or with the reason why it cannot
   */
  record Environment(
      PeerContext peer,
      Supplier<Directory> directory,
      Supplier<Set<PeerId>> reachable,
      Function<MetaCommand, CompletionStage<MetaAnswer>> propose,
      CompletableFuture<Optional<String>> outcome) {}

  private final Environment environment;
  private boolean asking;

  /** In how many looks, one after the other, nothing more could be done. */
  private int looksInVain;

  static Behavior<Command> create(Environment environment) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Look.INSTANCE, Duration.ZERO, LOOK_EVERY);
                  return new Leaving(context, environment);
                }));
  }

  private Leaving(ActorContext<Command> context, Environment environment) {
    super(context);
    this.environment = environment;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Look.INSTANCE, this::onLook)
        .onMessage(Answered.class, this::onAnswered)
        .build();
  }

  private Behavior<Command> onLook() {
    Directory directory = environment.directory().get();
    Registered known = directory.peers().get(environment.peer().id());
    if (known == null) {
      environment.outcome().complete(Optional.empty());
      return Behaviors.stopped();
    }
    if (known.state() == Directory.PeerState.LEAVING && nobodyStays(directory)) {
      environment
          .outcome()
          .complete(Optional.of("nobody in reach stays to take over what it holds"));
      return Behaviors.stopped();
    }
    Optional<String> obstacle = obstacle(directory);
    looksInVain = obstacle.isPresent() ? looksInVain + 1 : 0;
    if (looksInVain > PATIENCE) {
      environment.outcome().complete(obstacle);
      return Behaviors.stopped();
    }
    if (known.state() == Directory.PeerState.ACTIVE && !asking) {
      asking = true;
      getContext()
          .pipeToSelf(
              environment.propose().apply(new MetaCommand.Leave(environment.peer().id())),
              (answer, failure) ->
                  new Answered(failure == null ? answer.refusal() : Optional.empty()));
    }
    return this;
  }

  /** As long as this peer leads a group, it may still be relieved of that. */
  private Optional<String> obstacle(Directory directory) {
    PeerContext peer = environment.peer();
    return peer.state().groupsLed().isEmpty()
        ? HandOver.obstacle(directory, peer.id(), environment.reachable().get())
        : Optional.empty();
  }

  /** As when the whole mesh is stopped: all that still run are leaving, too. */
  private boolean nobodyStays(Directory directory) {
    Set<PeerId> stay = new HashSet<>(directory.activeZones().keySet());
    stay.retainAll(environment.reachable().get());
    return stay.isEmpty();
  }

  /** A question that nobody has answered is asked again at the next look. */
  private Behavior<Command> onAnswered(Answered answered) {
    asking = false;
    if (answered.refusal().isPresent()) {
      environment.outcome().complete(answered.refusal());
      return Behaviors.stopped();
    }
    return this;
  }
}
