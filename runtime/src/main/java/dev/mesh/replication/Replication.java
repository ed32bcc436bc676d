package dev.mesh.replication;

import dev.mesh.peer.PeerRefs;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.persistence.replicated.HeldReplicas;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.raft.Membership;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of this peer. At start it recovers all replicas on disk and only then makes the
 * replicated journal available; from then on it follows the {@link Directory}: a replica that this
 * peer is to hold is started, empty, one that it is not to hold any more is stopped and erased, and
 * every group has a router.
 *
 * <p>A replica that fails is not started again: what it promised can only be recovered by a new
 * process.
 */
public final class Replication extends AbstractBehavior<Replication.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

  /** The actor's name below the guardian. */
  public static final String NAME = "replication";

  /** What the groups' manager is told. */
  public sealed interface Command {}

  /** The directory as it is now; an older one than the last is ignored. */
  public record DirectoryIs(Directory directory) implements Command {}

  private enum Turn implements Command {
    /** The application has a machine more. */
    FOLLOW
  }

  private record ReplicaStopped(GroupId group) implements Command {}

  /**
   * What replication is given.
   *
   * @param directory the latest that is known; that of {@link Founding} before there is one
   * @param machines what the groups replicate
   * @param refusal why this peer takes no writes now, if so
   * @param stopped told of each group whose replica was erased
   */
  public record Environment(
      MeshId mesh,
      PeerId self,
      Directory directory,
      Store store,
      PeerRefs refs,
      GroupSettings settings,
      Machines machines,
      Supplier<Optional<String>> refusal,
      Consumer<GroupStatus> statusChanged,
      Consumer<GroupId> stopped,
      Consumer<Throwable> failed) {}

  private final Environment environment;
  private final ReplicaStreams streams;
  private final ReplicaOpener opener;
  private final HeldReplicas held;
  private final Map<GroupId, ActorRef<GroupMessage>> running = new HashMap<>();

  /** Replicas that have been told to stop and will be erased. */
  private final Set<GroupId> stopping = new HashSet<>();

  /** Read by whoever calls a group; likewise the routers. */
  private final Map<GroupId, LocalReplica> here = new ConcurrentHashMap<>();

  private final Map<GroupId, ActorRef<GroupRouter.Command>> routers = new ConcurrentHashMap<>();

  /** Who led each group that has a replica here, when it last knew. */
  private final Map<GroupId, PeerId> leaders = new ConcurrentHashMap<>();

  /** Groups that have had a replica here since this peer started. */
  private final Set<GroupId> doors = new HashSet<>();

  private long replicasStarted;
  private Directory directory;

  /** Waits for the disk when replicas come and go: give it the dispatcher {@link #dispatcher}. */
  public static Behavior<Command> create(Environment environment) {
    return Behaviors.setup(context -> new Replication(context, environment));
  }

  /** For actors that may wait for the disk now and then. */
  public static DispatcherSelector dispatcher() {
    return DispatcherSelector.fromConfig("mesh.replication.disk-dispatcher");
  }

  /** For those who find the way to groups. */
  static DispatcherSelector routing() {
    return DispatcherSelector.fromConfig("mesh.replication.dispatcher");
  }

  private Replication(ActorContext<Command> context, Environment environment) {
    super(context);
    RaftLogStore logs = new RaftLogStore(environment.store(), environment.mesh());
    this.environment = environment;
    this.streams = new ReplicaStreams(context, environment);
    this.opener = new ReplicaOpener(environment, logs, streams, this::stands);
    this.held = new HeldReplicas(environment.store(), logs);
    this.directory = environment.directory();
    ActorRef<Command> self = context.getSelf();
    MachineRegistry.get(context.getSystem()).onRegistered(() -> self.tell(Turn.FOLLOW));
    follow();
    ReplicatedLogs.get(context.getSystem())
        .register(new RoutedLog(routers, here, environment.refusal()));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(DirectoryIs.class, this::onDirectory)
        .onMessage(ReplicaStopped.class, this::onStopped)
        .onMessageEquals(Turn.FOLLOW, this::onFollow)
        .onSignal(ChildFailed.class, this::onFailed)
        .onSignal(PostStop.class, this::onEnd)
        .build();
  }

  private Behavior<Command> onDirectory(DirectoryIs told) {
    if (told.directory().version() > directory.version()) {
      directory = told.directory();
      follow();
    }
    return this;
  }

  private Behavior<Command> onFollow() {
    follow();
    return this;
  }

  private void follow() {
    directory.groups().forEach(this::route);
    held.all()
        .forEach(
            (group, bootstrap) -> {
              if (isToBeHeld(group)) {
                run(group, bootstrap);
              } else if (!stopping.contains(group)) {
                stop(group);
              }
            });
    for (GroupId group : directory.groupsOf(environment.self())) {
      if (!held.all().containsKey(group)) {
        GroupEntry entry = directory.groups().get(group);
        // The first members begin alike; who joins later learns from the log who the members are.
        Membership bootstrap = entry.membersIndex() == 0 ? entry.members() : Membership.NONE;
        held.add(group, bootstrap);
        run(group, bootstrap);
      }
    }
  }

  private boolean isToBeHeld(GroupId group) {
    GroupEntry entry = directory.groups().get(group);
    return entry != null && entry.members().isMember(environment.self());
  }

  private void run(GroupId group, Membership bootstrap) {
    String name = directory.groups().get(group).name();
    boolean canRun = environment.machines().isKnown(name);
    if (canRun && !running.containsKey(group) && !stopping.contains(group)) {
      ActorRef<GroupRouter.Command> router = routers.get(group);
      LocalReplica local =
          new LocalReplica(
              environment.settings(),
              (proposal, uncertain) -> router.tell(GroupRouter.Call.of(proposal, uncertain)));
      ActorRef<GroupMessage> replica =
          getContext()
              .spawn(
                  opener.open(group, name, bootstrap, local),
                  "replica-" + group + "-" + ++replicasStarted,
                  ReplicaStreams.loop());
      getContext().watch(replica);
      running.put(group, replica);
      streams.add(group, replica);
      here.put(group, local);
      if (doors.add(group)) {
        getContext()
            .spawn(
                ReplicaDoor.create(group, () -> streams.replica(group)),
                group.toString(),
                ReplicaStreams.loop());
      }
    }
  }

  private void stop(GroupId group) {
    ActorRef<GroupMessage> replica = running.remove(group);
    if (replica == null) {
      erase(group);
    } else {
      stopping.add(group);
      here.remove(group);
      streams.remove(group);
      getContext().unwatch(replica);
      getContext().watchWith(replica, new ReplicaStopped(group));
      getContext().stop(replica);
    }
  }

  private void erase(GroupId group) {
    held.erase(group);
    environment.stopped().accept(group);
    LOG.info("{} is held by other peers now: its replica here is gone", group);
  }

  private Behavior<Command> onFailed(ChildFailed failure) {
    environment.failed().accept(failure.cause());
    return this; // the routers go on to answer, or refuse, what is asked of them
  }

  private Behavior<Command> onEnd(PostStop signal) {
    streams.close();
    return this;
  }

  private Behavior<Command> onStopped(ReplicaStopped stopped) {
    stopping.remove(stopped.group());
    erase(stopped.group());
    follow(); // it may be held here again by now
    return this;
  }

  private void route(GroupId group, GroupEntry entry) {
    GroupRouter.Replicas replicas =
        new GroupRouter.Replicas(
            entry.members().voters(),
            Optional.of(environment.self()).filter(entry.members()::isVoter));
    ActorRef<GroupRouter.Command> router = routers.get(group);
    if (router == null) {
      routers.put(group, getContext().spawn(router(group, replicas), "router-" + group, routing()));
    } else {
      router.tell(replicas);
    }
  }

  private Behavior<GroupRouter.Command> router(GroupId group, GroupRouter.Replicas replicas) {
    return GroupRouter.create(
        new GroupRouter.Group(
            replicas, peer -> environment.refs().at(peer, pathOf(group)), environment.refusal()),
        environment.settings());
  }

  /** On a replica's thread. Who waits for a leader of before hears of the next at once. */
  private void stands(GroupStatus status) {
    environment.statusChanged().accept(status);
    GroupId group = status.group();
    status
        .leader()
        .filter(leader -> !leader.equals(leaders.get(group)))
        .ifPresent(
            leader -> {
              leaders.put(group, leader);
              routers.get(group).tell(new GroupRouter.Led(leader));
            });
  }

  static String pathOf(GroupId group) {
    return NAME + "/" + group;
  }
}
