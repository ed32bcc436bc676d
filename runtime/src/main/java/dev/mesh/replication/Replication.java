package dev.mesh.replication;

import dev.mesh.peer.PeerRefs;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.raftlog.LogWriter;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Raft;
import dev.mesh.protocols.raft.Recovered;
import dev.mesh.protocols.raft.Recovery;
import dev.mesh.protocols.raft.SnapshotMark;
import dev.mesh.replication.link.RaftCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The groups of this peer: recovers the logs of those it holds a replica of, runs them, and makes
 * the replicated journal available once all have recovered. A group that fails is not started
 * again: what it promised can only be recovered by a new process.
 */
public final class Replication {
  /** The actor's name below the guardian. */
  public static final String NAME = "replication";

  /** Queries of a machine touch the disk: they do not hold up the groups. */
  private static final DispatcherSelector REPLAY =
      DispatcherSelector.fromConfig("mesh.persistence.local.replay-dispatcher");

  /**
   * What replication is given.
   *
   * @param members the replicas of every group, this peer or not
   * @param refusal why this peer takes no writes now, if so
   */
  public record Environment(
      MeshId mesh,
      PeerId self,
      List<PeerId> members,
      Store store,
      PeerRefs refs,
      GroupSettings settings,
      Supplier<Optional<String>> refusal,
      Consumer<GroupStatus> statusChanged,
      Consumer<Throwable> failed) {}

  private final ActorContext<Void> context;
  private final Environment environment;

  private final ReplicaStreams streams;

  private Replication(ActorContext<Void> context, Environment environment) {
    this.context = context;
    this.environment = environment;
    this.streams = new ReplicaStreams(context, environment);
  }

  /** Reads the disk while it starts: give it the dispatcher {@link #dispatcher}. */
  public static Behavior<Void> create(Environment environment) {
    return Behaviors.setup(context -> new Replication(context, environment).start());
  }

  public static DispatcherSelector dispatcher() {
    return DispatcherSelector.fromConfig("mesh.replication.dispatcher");
  }

  private Behavior<Void> start() {
    int sliced = context.getSystem().settings().config().getInt("mesh.replication.groups");
    Map<GroupId, ActorRef<GroupRouter.Command>> routers = new HashMap<>();
    Map<GroupId, LocalReplica> here = new HashMap<>();
    for (int number = 0; number <= sliced; number++) {
      GroupId group = new GroupId(number);
      ActorRef<GroupRouter.Command> router =
          context.spawn(router(group), "router-" + group, dispatcher());
      routers.put(group, router);
      if (environment.members().contains(environment.self())) {
        here.put(group, startReplica(group, router));
      }
    }
    ReplicatedLogs.get(context.getSystem())
        .register(new RoutedLog(routers, here, environment.refusal()));
    return Behaviors.receive(Void.class)
        .onSignal(ChildFailed.class, this::onFailed)
        .onSignal(PostStop.class, stop -> onStop())
        .build();
  }

  private LocalReplica startReplica(GroupId group, ActorRef<GroupRouter.Command> router) {
    LocalReplica local =
        new LocalReplica(
            environment.settings(),
            (proposal, uncertain) -> router.tell(GroupRouter.Call.of(proposal, uncertain)));
    ActorRef<GroupMessage> replica =
        context.spawn(replica(group, local), group.toString(), ReplicaStreams.loop());
    streams.add(group, replica);
    context.watch(replica);
    return local;
  }

  private Behavior<Void> onStop() {
    streams.close();
    return Behaviors.same();
  }

  private Behavior<Void> onFailed(ChildFailed failure) {
    environment.failed().accept(failure.cause());
    return Behaviors.same(); // the routers go on to answer, or refuse, what is asked of them
  }

  private Behavior<GroupMessage> replica(GroupId group, LocalReplica local) {
    Recovery recovery = new Recovery(Membership.of(environment.members()));
    RaftLogStore logs = new RaftLogStore(environment.store(), environment.mesh());
    LogWriter log = logs.open(group, recovery::add, streams.writer());
    StateMachine machine =
        SlicedMachine.open(
            environment.store(),
            group,
            context.getSystem().dispatchers().lookup(REPLAY),
            context.getSystem().settings().config());
    Recovered recovered = recovery.recovered(standing(machine, recovery));
    SplittableRandom random = new SplittableRandom();
    Raft raft =
        new Raft(
            environment.self(),
            environment.settings().raft(),
            recovered,
            bound -> random.nextInt(bound));
    return RaftGroup.create(
        new RaftGroup.Parts(
            group,
            environment.self(),
            raft,
            log,
            machine,
            recovered.machine(),
            (peer, message) -> streams.send(peer, group, message),
            local,
            environment.statusChanged()),
        environment.settings());
  }

  /**
   * Where the machine stands: at an entry of the log, or at the snapshot that it is labelled with.
   */
  static SnapshotMark standing(StateMachine machine, Recovery recovery) {
    long index = machine.appliedIndex();
    return Optional.of(machine.label())
        .filter(label -> !label.isEmpty())
        .map(RaftCodec::readMark)
        .filter(mark -> mark.index() == index)
        .orElseGet(() -> recovery.markAt(index));
  }

  private Behavior<GroupRouter.Command> router(GroupId group) {
    List<PeerId> replicas = environment.members();
    return GroupRouter.create(
        new GroupRouter.Group(
            replicas,
            Optional.of(environment.self()).filter(replicas::contains),
            peer -> environment.refs().at(peer, pathOf(group)),
            environment.refusal()),
        environment.settings());
  }

  private static String pathOf(GroupId group) {
    return NAME + "/" + group;
  }
}
