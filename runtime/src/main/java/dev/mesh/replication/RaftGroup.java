package dev.mesh.replication;

import dev.mesh.persistence.raftlog.LogWriter;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Effect;
import dev.mesh.protocols.raft.FollowerStatus;
import dev.mesh.protocols.raft.Input;
import dev.mesh.protocols.raft.Message;
import dev.mesh.protocols.raft.Raft;
import dev.mesh.protocols.raft.Role;
import dev.mesh.protocols.raft.SnapshotMark;
import dev.mesh.protocols.raft.Timer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of a group: the host of a {@link Raft} core. Whatever waits in the mailbox is given
 * to the core first; then, in one turn, its effects are carried out: one write to the log and one
 * message to each follower for all that has gathered. It holds no rule of the protocol.
 *
 * <p>A log or a machine that fails stops the actor for good: what it promised cannot be kept until
 * the process starts again and recovers.
 */
final class RaftGroup extends AbstractBehavior<GroupMessage> {
  private static final Logger LOG = LoggerFactory.getLogger(RaftGroup.class);

  /** What this actor tells itself. */
  sealed interface Event extends GroupMessage {}

  private enum Turn implements Event {
    PROPOSALS,
    FLUSH,
    RESUME_APPLYING
  }

  private record TimerElapsed(Timer timer) implements Event {}

  private record Happened(Input input) implements Event {}

  private record StorageFailed(Throwable cause) implements Event {}

  /**
   * What a replica is made of.
   *
   * @param send to another replica; used on the actor's thread
   * @param local the way to this replica from within this JVM
   */
  record Parts(
      GroupId group,
      PeerId self,
      Raft raft,
      LogWriter log,
      StateMachine machine,
      SnapshotMark machineStandsAt,
      BiConsumer<PeerId, Message> send,
      LocalReplica local,
      Consumer<GroupStatus> statusChanged) {}

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Parts parts;
  private final Raft raft;
  private final GroupSettings settings;
  private final LazyTimers timers;
  private final ActorRef<GroupMessage> self;
  private final Calls calls;
  private final Administration administration;
  private final AppliedTerms terms;
  private final Applier applier;
  private final SnapshotTransfers snapshots;
  private boolean flushScheduled;

  static Behavior<GroupMessage> create(Parts parts, GroupSettings settings) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new RaftGroup(context, timers, parts, settings)));
  }

  private RaftGroup(
      ActorContext<GroupMessage> context,
      TimerScheduler<GroupMessage> timers,
      Parts parts,
      GroupSettings settings) {
    super(context);
    this.parts = parts;
    this.raft = parts.raft();
    this.settings = settings;
    this.timers = new LazyTimers(timers, TimerElapsed::new);
    this.self = context.getSelf();
    this.calls = new Calls(parts.machine(), settings, parts.local());
    this.administration = new Administration(parts.group(), parts.self(), raft);
    this.terms = new AppliedTerms(parts.machineStandsAt());
    this.applier =
        new Applier(parts.machine(), calls, terms, () -> self.tell(Turn.RESUME_APPLYING));
    this.snapshots =
        new SnapshotTransfers(
            parts.machine(),
            settings.snapshotChunkBytes(),
            this::markOf,
            input -> self.tell(new Happened(input)),
            failure -> self.tell(new StorageFailed(failure)));
    parts.local().serve(() -> self.tell(Turn.PROPOSALS));
    execute(raft.start());
  }

  @Override
  public Receive<GroupMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(RaftEnvelope.class, this::onEnvelope)
        .onMessage(GroupCall.Propose.class, this::onPropose)
        .onMessage(GroupCall.Read.class, this::onRead)
        .onMessage(GroupCall.Query.class, this::onQuery)
        .onMessage(GroupCall.Inspect.class, this::onInspect)
        .onMessage(GroupCall.Reconfigure.class, it -> step(administration.reconfigure(it)))
        .onMessage(GroupCall.Transfer.class, it -> step(administration.transfer(it)))
        .onMessage(GroupCall.Report.class, this::onReport)
        .onMessage(Happened.class, happened -> step(happened.input()))
        .onMessage(TimerElapsed.class, this::onTimer)
        .onMessage(StorageFailed.class, this::onStorageFailed)
        .onMessageEquals(Turn.PROPOSALS, this::onProposals)
        .onMessageEquals(Turn.FLUSH, this::onFlush)
        .onMessageEquals(Turn.RESUME_APPLYING, this::onResumeApplying)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<GroupMessage> onEnvelope(RaftEnvelope envelope) {
    return step(new Input.Receive(envelope.from(), envelope.message()));
  }

  private Behavior<GroupMessage> onPropose(GroupCall.Propose propose) {
    if (isLeader()) {
      calls.gather(propose);
      scheduleFlush();
    } else {
      List<Long> ids = propose.commands().stream().map(GroupCall.Command::id).toList();
      propose.replyTo().tell(new GroupCall.NotLeader(ids, otherLeader()));
    }
    return this;
  }

  private Behavior<GroupMessage> onProposals() {
    if (isLeader()) {
      parts.local().drain(calls::gather);
      scheduleFlush();
    } else {
      parts.local().drain(proposal -> parts.local().sendElsewhere(proposal, false));
    }
    return this;
  }

  private Behavior<GroupMessage> onRead(GroupCall.Read read) {
    if (isLeader()) {
      return step(new Input.Read(calls.read(read), System.nanoTime() / NANOS_PER_MILLI));
    }
    read.replyTo().tell(new GroupCall.NotLeader(read.ids(), otherLeader()));
    return this;
  }

  private Behavior<GroupMessage> onQuery(GroupCall.Query query) {
    calls.query(query, raft.appliedIndex());
    return this;
  }

  private Behavior<GroupMessage> onInspect(GroupCall.Inspect inspect) {
    Map<PeerId, Long> match = new HashMap<>();
    raft.followers().forEach((peer, follower) -> match.put(peer, follower.match()));
    inspect.replyTo().tell(new GroupCall.Inspected(status(match)));
    return this;
  }

  private Behavior<GroupMessage> onReport(GroupCall.Report report) {
    administration.report(report);
    return this;
  }

  private Behavior<GroupMessage> onTimer(TimerElapsed elapsed) {
    return timers.hasFired(elapsed.timer()) ? step(new Input.TimerFired(elapsed.timer())) : this;
  }

  private Behavior<GroupMessage> onStorageFailed(StorageFailed failed) {
    throw new IllegalStateException(
        parts.group()
            + " cannot be written; this peer takes no part in it until it is started again: "
            + failed.cause().getMessage(),
        failed.cause());
  }

  private Behavior<GroupMessage> onPostStop(PostStop signal) {
    snapshots.closeAll();
    parts.local().end();
    return this;
  }

  private Behavior<GroupMessage> step(Input input) {
    raft.step(input);
    scheduleFlush();
    return this;
  }

  /** The message to itself queues behind all that waits in the mailbox: it is handled together. */
  private void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      getContext().getSelf().tell(Turn.FLUSH);
    }
  }

  private Behavior<GroupMessage> onFlush() {
    flushScheduled = false;
    shortenLog();
    calls.takeBlocks().forEach(raft::step);
    execute(raft.flush());
    return this;
  }

  private void execute(List<Effect> effects) {
    for (Effect effect : effects) {
      execute(effect);
    }
    calls.appliedUpTo(raft.appliedIndex());
    calls.sendAnswers();
  }

  private void execute(Effect effect) {
    if (effect instanceof Effect.Send it) {
      parts.send().accept(it.to(), it.message());
    } else if (effect instanceof Effect.Persist it) {
      persist(it);
    } else if (effect instanceof Effect.Apply it) {
      appliedUpTo(applier.apply(it.entries()));
    } else if (effect instanceof Effect.Proposed it) {
      calls.proposed(it);
    } else if (effect instanceof Effect.Refused it) {
      if (!administration.refused(it)) {
        calls.refused(it, isLeader());
      }
    } else if (effect instanceof Effect.Reconfigured it) {
      administration.done(it);
    } else if (effect instanceof Effect.LeadershipTransferred it) {
      administration.done(it);
    } else if (effect instanceof Effect.ReadReady it) {
      calls.readReady(it);
    } else if (effect instanceof Effect.SetTimer it) {
      timers.set(it.timer(), it.afterMillis());
    } else if (effect instanceof Effect.CancelTimer it) {
      timers.cancel(it.timer());
    } else if (effect instanceof Effect.RoleChanged it) {
      roleChanged(it);
    } else {
      executeForSnapshot(effect);
    }
  }

  private void executeForSnapshot(Effect effect) {
    if (effect instanceof Effect.InstallSnapshot it) {
      applier.supersede();
      terms.installed(it.mark());
    }
    snapshots.execute(effect);
  }

  /** Of a snapshot that the log goes on from; one that is behind a compaction comes too early. */
  private Optional<SnapshotMark> markOf(long index) {
    return index < raft.firstIndex() - 1 ? Optional.empty() : Optional.of(terms.markAt(index));
  }

  private void persist(Effect.Persist persist) {
    Input persisted = new Input.Persisted(persist.batch());
    parts
        .log()
        .append(
            persist.batch(),
            persist.records(),
            failure ->
                self.tell(failure == null ? new Happened(persisted) : new StorageFailed(failure)));
  }

  private void appliedUpTo(long index) {
    step(new Input.Applied(index));
    publishStatus();
  }

  private Behavior<GroupMessage> onResumeApplying() {
    appliedUpTo(applier.resumed());
    return this;
  }

  /**
   * At every turn, as the machine may have stored its state meanwhile: a heartbeat comes even where
   * the log is full and so nothing is applied.
   */
  private void shortenLog() {
    long bytes = raft.logBytes();
    if (bytes > settings.logBytesInHeap()) {
      parts.machine().logIsLong(bytes > settings.raft().maxLogBytes() / 2);
      compact(parts.machine().storedIndex());
    }
  }

  /** A leader keeps what a follower lacks until that is too much: then it gets a snapshot. */
  private void compact(long stored) {
    boolean tooMuch = raft.logBytes() > 2 * settings.logBytesInHeap();
    long needed =
        raft.followers().values().stream().mapToLong(FollowerStatus::match).min().orElse(stored);
    long index = tooMuch ? stored : Math.min(stored, needed);
    if (index >= raft.firstIndex()) {
      step(new Input.Compact(index));
    }
  }

  private void roleChanged(Effect.RoleChanged changed) {
    LOG.info(
        "{} is {} in term {}, leader {}",
        parts.group(),
        changed.role(),
        changed.term(),
        changed.leader().map(PeerId::value).orElse("unknown"));
    parts.local().setLeads(changed.role() == Role.LEADER);
    if (changed.role() != Role.LEADER) {
      calls.leadershipLost(changed.leader());
    }
    publishStatus();
  }

  private void publishStatus() {
    parts.statusChanged().accept(status(Map.of()));
  }

  private GroupStatus status(Map<PeerId, Long> match) {
    return new GroupStatus(
        parts.group(),
        parts.self(),
        raft.role(),
        raft.term(),
        raft.leader(),
        raft.commitIndex(),
        raft.appliedIndex(),
        raft.lastIndex(),
        raft.membership(),
        match);
  }

  private boolean isLeader() {
    return raft.role() == Role.LEADER;
  }

  private Optional<PeerId> otherLeader() {
    return raft.leader().filter(leader -> !leader.equals(parts.self()));
  }
}
