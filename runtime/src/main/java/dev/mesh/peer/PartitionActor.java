package dev.mesh.peer;

import dev.mesh.events.MeshEvent;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.ClusterView;
import dev.mesh.protocols.partition.PartitionJudge;
import dev.mesh.protocols.partition.Verdict;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Subscribe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts a {@link PartitionJudge}: tells it what Pekko's failure detector and the mesh's heartbeats
 * see, publishes its verdict and, where the mesh manages the cluster, removes from it the members
 * that the majority has lost. Elsewhere the application's own downing provider does.
 */
final class PartitionActor extends AbstractBehavior<PartitionActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionActor.class);

  static final String NAME = "partition";

  /** Short against the judge's times; reachability itself arrives as events. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  sealed interface Command {}

  private enum Event implements Command {
    LOOK
  }

  private final PeerState state;
  private final Cluster cluster;
  private final Members members;
  private final boolean removes;
  private final Consumer<Verdict> judged;
  private final PartitionJudge judge;

  /** Who was removed last; it may take the cluster a moment. */
  private Set<PeerId> removed = Set.of();

  static Behavior<Command> create(PeerContext peer, Consumer<Verdict> judged) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Event.LOOK, LOOK_EVERY);
                  return new PartitionActor(context, peer, judged);
                }));
  }

  private PartitionActor(
      ActorContext<Command> context, PeerContext peer, Consumer<Verdict> judged) {
    super(context);
    this.state = peer.state();
    this.cluster = Cluster.get(context.getSystem());
    this.members = new Members(context.getSystem(), peer);
    this.removes = peer.settings().manageCluster();
    this.judged = judged;
    this.judge =
        new PartitionJudge(
            peer.state().registry(),
            peer.settings().readOnlyAfter().toMillis(),
            peer.settings().downAfter().toMillis(),
            now());
    ActorRef<ClusterEvent.ClusterDomainEvent> changes =
        context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> Event.LOOK);
    cluster.subscriptions().tell(Subscribe.create(changes, ClusterEvent.ClusterDomainEvent.class));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onMessageEquals(Event.LOOK, this::onLook).build();
  }

  private Behavior<Command> onLook() {
    ClusterView view = members.viewWithStrangers();
    judge.count(now(), state.registry());
    judge.expect(now(), state.arriving());
    PeerState.Heartbeats heartbeats = state.heartbeats();
    judge.hear(
        now(),
        new PartitionJudge.Heard(heartbeats.silent(), members.failed(), heartbeats.inTouch()));
    for (PartitionJudge.Effect effect : judge.observe(now(), view.members(), view.reachable())) {
      if (effect instanceof PartitionJudge.Effect.Judged it) {
        LOG.info("{}", it.verdict().writable() ? "Writable" : "Read-only: " + it.verdict().why());
        judged.accept(it.verdict());
      } else if (effect instanceof PartitionJudge.Effect.Remove it) {
        if (removes) {
          remove(it.members());
        }
      } else {
        throw new IllegalStateException("no rule for " + effect);
      }
    }
    return this;
  }

  private void remove(Set<PeerId> lost) {
    if (!lost.equals(removed)) {
      LOG.info("Removing {} from the cluster: this side has the majority", lost);
      state.happened(new MeshEvent.PeersRemoved(lost));
      removed = lost;
    }
    for (Address address : members.addresses(lost)) {
      cluster.manager().tell(Down.apply(address));
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
