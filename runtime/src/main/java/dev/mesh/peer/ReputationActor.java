package dev.mesh.peer;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.membership.Reputation;
import dev.mesh.protocols.membership.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Hosts a {@link Reputation}: gathers what this peer sees of others and what gossip has brought of
 * their opinions, and keeps in {@link PeerState} what follows from it.
 */
final class ReputationActor extends AbstractBehavior<ReputationActor.Command> {
  static final String NAME = "reputation";

  sealed interface Command {}

  private record Saw(PeerId subject, Outcome outcome, int times) implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private final PeerContext peer;
  private final Reputation reputation;

  static Behavior<Command> create(PeerContext peer) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(
                      Tick.INSTANCE, peer.settings().heartbeat().interval());
                  return new ReputationActor(context, peer);
                }));
  }

  /** What others use to tell {@code actor} what they have seen. */
  static Witness witness(ActorRef<Command> actor) {
    return (subject, outcome, times) -> actor.tell(new Saw(subject, outcome, times));
  }

  private ReputationActor(ActorContext<Command> context, PeerContext peer) {
    super(context);
    this.peer = peer;
    this.reputation = new Reputation(peer.id(), peer.settings().reputation());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Saw.class, this::onSaw)
        .onMessage(Tick.class, tick -> onTick())
        .build();
  }

  private Behavior<Command> onSaw(Saw saw) {
    reputation.saw(now(), saw.subject(), saw.outcome(), saw.times());
    return this;
  }

  private Behavior<Command> onTick() {
    countHeartbeats();
    hearOpinions();
    peer.state().reputationsAre(reputation.scores(now()), reputation.opinions(now()));
    return this;
  }

  /** Of those alone that this peer watches itself. */
  private void countHeartbeats() {
    Duration timeout = peer.settings().heartbeat().timeout();
    for (PeerObservation seen : peer.state().heartbeats().observations()) {
      boolean answers = seen.silent().filter(it -> it.compareTo(timeout) < 0).isPresent();
      if (answers && seen.health() == Health.UP) {
        reputation.saw(now(), seen.peer(), Outcome.HEARTBEAT_ANSWERED, 1);
      }
    }
  }

  private void hearOpinions() {
    List<PeerId> witnesses = new ArrayList<>();
    for (PeerFacts facts : peer.state().facts()) {
      witnesses.add(facts.peer());
      reputation.heard(facts.peer(), facts.opinions());
    }
    reputation.hearOnly(witnesses);
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
