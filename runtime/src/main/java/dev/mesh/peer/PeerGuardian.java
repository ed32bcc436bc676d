package dev.mesh.peer;

import dev.mesh.MeshSettings;
import dev.mesh.peer.PeerState.Mode;
import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.serialization.MeshIdentity;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.Witness;
import dev.mesh.protocols.partition.Verdict;
import dev.mesh.replication.Replication;
import dev.mesh.task.Tasks;
import dev.mesh.task.WorkerRuns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorInitializationException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * The top of a peer's actor tree. It brings the peer up in three steps: discovery finds or founds
 * the mesh; then the groups recover and partitions are judged; then, once this peer is a member of
 * the cluster, reaches a majority and knows the directory that the mesh has committed, it takes and
 * runs tasks.
 *
 * <p>An actor that can learn again what it forgets is restarted when it fails. With any other the
 * peer fails as a whole: what was promised is recovered from disk by a new process.
 */
public final class PeerGuardian extends AbstractBehavior<PeerGuardian.Command> {
  /** The guardian's name below {@code /system}; with it, every peer's actors have known paths. */
  public static final String NAME = PeerRefs.GUARDIAN;

  /** What the guardian hears from its children and from the cluster. */
  public sealed interface Command {}

  /**
   * This peer is to leave the mesh.
   *
   * @param outcome completed with nothing once others hold what it held and it is struck off the
   *     registry; or with the reason why it cannot leave
   */
  public record Leave(CompletableFuture<Optional<String>> outcome) implements Command {}

  private record Founded(FoundedMesh mesh) implements Command {}

  private record Judged(Verdict verdict) implements Command {}

  private record IsUp() implements Command {}

  private record DirectoryChanged() implements Command {}

  private record AskLedgers(Tasks tasks) implements Command {}

  private record LedgersAsked(Tasks tasks, boolean answered) implements Command {}

  private static final Duration ASK_AGAIN = Duration.ofMillis(500);
  private static final Duration RESTART_MIN = Duration.ofMillis(500);
  private static final Duration RESTART_MAX = Duration.ofSeconds(10);

  private final PeerContext peer;
  private final Members members;
  private final Store store;
  private final Remembered remembered;
  private final Witness witness;
  private Optional<GroupService> groups = Optional.empty();
  private boolean up;
  private boolean serving;
  private boolean ledgersAnswer;
  private Optional<Leave> leaving = Optional.empty();
  private Verdict verdict = new Verdict(false, "reachability was not judged yet");

  public static Behavior<Command> create(MeshSettings settings, Store store, PeerState state) {
    return Behaviors.setup(
        context -> {
          try {
            return new PeerGuardian(context, settings, store, state);
          } catch (RuntimeException e) {
            state.fail(e);
            throw e;
          }
        });
  }

  /** For actors that hold nothing but what they can learn again. */
  static <T> Behavior<T> restarting(Behavior<T> behavior) {
    return Behaviors.supervise(behavior)
        .onFailure(SupervisorStrategy.restartWithBackoff(RESTART_MIN, RESTART_MAX, 0.2));
  }

  private PeerGuardian(
      ActorContext<Command> context, MeshSettings settings, Store store, PeerState state) {
    super(context);
    Cluster cluster = Cluster.get(context.getSystem());
    this.store = store;
    this.remembered = new Remembered(new PeerIdentity(store));
    this.peer =
        new PeerContext(
            settings,
            state,
            new PeerRefs(context.getSystem()),
            Members.hostPort(cluster.selfMember().address()));
    this.witness =
        ReputationActor.witness(
            context.spawn(restarting(ReputationActor.create(peer)), ReputationActor.NAME));
    this.members = new Members(context.getSystem(), peer);
    // Before anybody's message arrives: what is of another mesh is told from what is of this one.
    remembered.mesh().ifPresent(known -> MeshIdentity.get(context.getSystem()).set(known.id()));
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(context.messageAdapter(SelfUp.class, up -> new IsUp()), SelfUp.class));
    if (settings.manageCluster()) {
      discover(settings.seeds());
    } else {
      state.discoveryStands("waits until the application has joined a cluster");
    }
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Founded.class, this::onFounded)
        .onMessage(Judged.class, this::onJudged)
        .onMessage(Leave.class, this::onLeave)
        .onMessage(IsUp.class, this::onUp)
        .onMessage(DirectoryChanged.class, changed -> serveIfReady())
        .onMessage(AskLedgers.class, this::onAskLedgers)
        .onMessage(LedgersAsked.class, this::onLedgersAsked)
        .onSignal(Terminated.class, this::onEnded)
        .build();
  }

  private Behavior<Command> onEnded(Terminated ended) {
    Throwable cause =
        ended instanceof ChildFailed failed
            ? failed.getCause()
            : new IllegalStateException(ended.getRef().path().name() + " has stopped");
    peer.state().fail(cause instanceof ActorInitializationException ? cause.getCause() : cause);
    return this;
  }

  private <T> void spawnVital(Behavior<T> behavior, String name, Props props) {
    getContext().watch(getContext().spawn(behavior, name, props));
  }

  private void discover(List<String> seeds) {
    ActorRef<Command> self = getContext().getSelf();
    spawnVital(
        DiscoveryActor.create(
            new DiscoveryActor.Environment(
                peer, remembered, seeds, founded -> self.tell(new Founded(founded)), witness)),
        DiscoveryActor.NAME,
        Replication.dispatcher());
  }

  private Behavior<Command> onUp(IsUp event) {
    up = true;
    if (!peer.settings().manageCluster()) {
      discover(seedsAndMembers());
    }
    return serveIfReady();
  }

  /** Embedded, the members of the application's cluster are contacts, too. */
  private List<String> seedsAndMembers() {
    List<String> contacts = new ArrayList<>(peer.settings().seeds());
    ClusterEvent.CurrentClusterState state = Cluster.get(getContext().getSystem()).state();
    for (Member member : state.getMembers()) {
      contacts.add(Members.hostPort(member.address()));
    }
    return contacts;
  }

  private Behavior<Command> onFounded(Founded founded) {
    FoundedMesh mesh = founded.mesh();
    MeshIdentity.get(getContext().getSystem()).set(mesh.id());
    ActorRef<Command> self = getContext().getSelf();
    GroupService service =
        new GroupService(
            peer,
            store,
            remembered,
            mesh,
            members,
            getContext().getSystem(),
            () -> self.tell(new DirectoryChanged()));
    try {
      service.start(getContext());
    } catch (RuntimeException e) {
      peer.state().fail(e);
      throw e;
    }
    groups = Optional.of(service);
    getContext()
        .spawn(
            restarting(PartitionActor.create(peer, judged -> self.tell(new Judged(judged)))),
            PartitionActor.NAME);
    return serveIfReady();
  }

  private Behavior<Command> onLeave(Leave leave) {
    if (groups.isPresent() && serving && verdict.writable()) {
      groups.get().leave(getContext(), leave.outcome());
      leaving = Optional.of(leave);
    } else {
      cannot(leave);
    }
    return this;
  }

  private static void cannot(Leave leave) {
    leave.outcome().complete(Optional.of("it reaches no majority of its mesh"));
  }

  private Behavior<Command> onJudged(Judged judged) {
    verdict = judged.verdict();
    if (!verdict.writable()) {
      leaving.ifPresent(PeerGuardian::cannot); // as when the others are stopped, too
    }
    if (serving) {
      showMode();
    }
    return serveIfReady();
  }

  private void showMode() {
    if (!verdict.writable()) {
      peer.state().become(Mode.READ_ONLY, verdict.why());
    } else if (ledgersAnswer) {
      peer.state().become(Mode.NORMAL, "");
    } else {
      peer.state().become(Mode.STARTING, "waits until all task ledgers answer");
    }
  }

  private Behavior<Command> serveIfReady() {
    if (up && verdict.writable() && peer.state().directory().isFounded() && !serving) {
      serving = true;
      showMode();
      serve();
    }
    return this;
  }

  private void serve() {
    TaskService service = new TaskService(peer, this::workerRuns, witness);
    Tasks tasks = service.start(getContext());
    peer.state().ready().complete(tasks);
    getContext()
        .spawn(
            restarting(HeartbeatActor.create(peer, witness, (id, life) -> lost(service, id, life))),
            HeartbeatActor.NAME,
            HeartbeatActor.dispatcher());
    getContext().spawn(restarting(OverlayActor.create(peer, witness)), OverlayActor.NAME);
    getContext()
        .spawn(restarting(GossipActor.create(peer, service::facts, witness)), GossipActor.NAME);
    askLedgers(tasks);
  }

  private void lost(TaskService service, PeerId failed, long incarnation) {
    service.lost(failed, incarnation);
    witness.saw(failed, Outcome.CONFIRMED_FAILED, 1);
  }

  /** Whoever reads "ok" may rely on it: all ledgers have been found, and have recovered. */
  private void askLedgers(Tasks tasks) {
    getContext()
        .pipeToSelf(
            tasks.list(new Tasks.Query(Optional.empty(), 1, Optional.empty())),
            (listed, failure) -> new LedgersAsked(tasks, failure == null));
  }

  private Behavior<Command> onAskLedgers(AskLedgers ask) {
    askLedgers(ask.tasks());
    return this;
  }

  private Behavior<Command> onLedgersAsked(LedgersAsked asked) {
    if (asked.answered()) {
      ledgersAnswer = true;
      showMode();
    } else {
      getContext().scheduleOnce(ASK_AGAIN, getContext().getSelf(), new AskLedgers(asked.tasks()));
    }
    return this;
  }

  /** A run of a peer's worker is a life of the peer. Thread-safe. */
  private WorkerRuns workerRuns() {
    Map<PeerId, Long> live = members.incarnations();
    Map<PeerId, Health> health = peer.state().health();
    live.keySet().removeIf(id -> health.get(id) == Health.FAILED);
    return new WorkerRuns(live, peer.state().failedLives());
  }
}
