package dev.mesh.replication.meta;

import dev.mesh.persistence.replicated.meta.MetaAnswer;
import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.placement.ReplicaPlan;
import dev.mesh.protocols.placement.ReplicaStep;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.replication.GroupAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the directory and the replicas of all groups. One runs at every peer; the one whose
 * peer leads group 0 acts, the others only watch who is there.
 *
 * <p>It works in rounds, one at a time. A round does the first of these that there is to do: found
 * the mesh; register who has come or moved; record the members that groups report and the directory
 * lacks; strike off who holds nothing any more; take the next steps of {@link ReplicaPlan}. It
 * remembers nothing that the directory and the groups do not say, so a steward that dies between a
 * change and its record is of no harm: the next one learns it from the group. For the same reason
 * two stewards at once, one of which does not know yet that it leads no more, do no harm either.
 */
public final class Steward extends AbstractBehavior<Steward.Command> {
  /** The actor's name below the guardian. */
  public static final String NAME = "steward";

  private static final Logger LOG = LoggerFactory.getLogger(Steward.class);

  /** After a round that has changed something, others can see it before the next one begins. */
  private static final Duration SOON = Duration.ofMillis(50);

  /** What the steward hears. */
  public sealed interface Command {}

  private enum Tick implements Command {
    REGULAR,
    SOON
  }

  private record Reported(Map<GroupId, GroupReport> reports) implements Command {}

  private record Registered(boolean changed, Throwable failure) implements Command {}

  private record Proposed(boolean changed, Throwable failure) implements Command {}

  private record Stepped(GroupId group, ReplicaStep step, Throwable failure) implements Command {}

  /**
   * What a steward is given. Suppliers are asked on the actor's thread and must not wait.
   *
   * @param leads whether this peer leads group 0
   * @param directory the latest that this peer knows; before the mesh is founded, the one to found
   *     it with
   * @param members the members of the cluster that are known peers of this mesh
   * @param propose asks group 0; its stages end within a bound
   * @param nowMillis a monotonic clock
   */
  public record Environment(
      PeerId self,
      BooleanSupplier leads,
      Supplier<Directory> directory,
      Supplier<Map<PeerId, ClusterMember>> members,
      GroupAdmin admin,
      Function<MetaCommand, CompletionStage<MetaAnswer>> propose,
      LongSupplier nowMillis) {}

  private final Environment environment;
  private final StewardSettings settings;
  private final TimerScheduler<Command> timers;
  private final Presence presence;
  private final Rests rests;
  private boolean working;
  private boolean changed;
  private int stepsUnderWay;

  public static Behavior<Command> create(Environment environment, StewardSettings settings) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new Steward(context, timers, environment, settings)));
  }

  private Steward(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Environment environment,
      StewardSettings settings) {
    super(context);
    this.environment = environment;
    this.settings = settings;
    this.timers = timers;
    this.presence = new Presence(environment.self(), settings.replaceAfter().toMillis());
    this.rests = new Rests(settings.transferPause().toMillis());
    timers.startTimerWithFixedDelay(Tick.REGULAR, settings.interval());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Tick.class, this::onTick)
        .onMessage(Registered.class, this::onRegistered)
        .onMessage(Proposed.class, this::onProposed)
        .onMessage(Reported.class, this::onReported)
        .onMessage(Stepped.class, this::onStepped)
        .build();
  }

  private Behavior<Command> onTick(Tick tick) {
    Directory directory = environment.directory().get();
    presence.observe(directory, environment.members().get(), now());
    if (!working && environment.leads().getAsBoolean()) {
      working = true;
      changed = false;
      beginRound(directory);
    }
    return this;
  }

  private void beginRound(Directory directory) {
    if (!directory.isFounded()) {
      propose(List.of(new MetaCommand.Found(directory)), Proposed::new);
    } else {
      propose(presence.registrations(directory), Registered::new);
    }
  }

  /** A peer that is refused, as when there are too many, must not hold up all else. */
  private Behavior<Command> onRegistered(Registered registered) {
    if (registered.changed() || registered.failure() != null) {
      return onProposed(new Proposed(registered.changed(), registered.failure()));
    }
    Set<GroupId> groups = environment.directory().get().groups().keySet();
    getContext()
        .pipeToSelf(
            Reports.of(environment.admin(), groups, settings.reportTimeout()),
            (reports, failure) -> new Reported(reports));
    return this;
  }

  private Behavior<Command> onReported(Reported reported) {
    Map<GroupId, GroupReport> reports = reported.reports();
    Directory directory = environment.directory().get();
    List<MetaCommand> records = records(directory, reports);
    if (!records.isEmpty()) {
      return propose(records, Proposed::new);
    }
    ReplicaPlan plan =
        new ReplicaPlan(directory, presence.alive(), presence.gone(), settings.maxMoves());
    List<MetaCommand> removals =
        plan.removable(reports).stream().<MetaCommand>map(MetaCommand.Remove::new).toList();
    if (!removals.isEmpty()) {
      return propose(removals, Proposed::new);
    }
    SortedMap<GroupId, ReplicaStep> steps = plan.steps(reports, rests.resting(now()));
    steps.entrySet().removeIf(step -> mustWait(step.getKey(), step.getValue(), plan, reports));
    if (steps.size() > 1 && steps.get(GroupId.META) instanceof ReplicaStep.TransferLeadership) {
      steps.remove(GroupId.META); // while it is handed over, no other step can be recorded
    }
    steps.forEach((group, step) -> take(step, reports.get(group)));
    return steps.isEmpty() ? endRound() : this;
  }

  /** Leadership is drawn to the owner only now and then; a leader that is to go goes at once. */
  private boolean mustWait(
      GroupId group, ReplicaStep step, ReplicaPlan plan, Map<GroupId, GroupReport> reports) {
    return step instanceof ReplicaStep.TransferLeadership
        && plan.replicas(group).contains(reports.get(group).leader())
        && !rests.mayMoveLeader(group, now());
  }

  /** What the groups report and the directory does not know yet. */
  private static List<MetaCommand> records(Directory directory, Map<GroupId, GroupReport> reports) {
    List<MetaCommand> records = new ArrayList<>();
    for (GroupReport report : reports.values()) {
      long known = directory.groups().get(report.group()).membersIndex();
      if (report.committed() && report.membersIndex() > known) {
        records.add(
            new MetaCommand.MembersChanged(
                report.group(), report.members(), report.membersIndex()));
      }
    }
    return records;
  }

  /** One after the other; what is refused is logged and passed over. */
  private Behavior<Command> propose(
      List<MetaCommand> commands, BiFunction<Boolean, Throwable, Command> then) {
    CompletionStage<Boolean> all = CompletableFuture.completedStage(false);
    for (MetaCommand command : commands) {
      all = all.thenCompose(before -> propose(command).thenApply(done -> before || done));
    }
    getContext().pipeToSelf(all, (done, failure) -> then.apply(failure == null && done, failure));
    return this;
  }

  private CompletionStage<Boolean> propose(MetaCommand command) {
    return environment
        .propose()
        .apply(command)
        .thenApply(
            answer -> {
              answer.refusal().ifPresent(why -> LOG.warn("{} is refused: {}", command, why));
              return answer.isDone();
            });
  }

  private Behavior<Command> onProposed(Proposed proposed) {
    if (proposed.failure() != null) {
      LOG.warn("The directory could not be changed: {}", reason(proposed.failure()));
    }
    changed = proposed.changed();
    return endRound();
  }

  private void take(ReplicaStep step, GroupReport report) {
    GroupId group = report.group();
    stepsUnderWay++;
    CompletionStage<?> taken =
        step instanceof ReplicaStep.Reconfigure it
            ? reconfigure(group, it.after(report.members()))
            : environment.admin().transfer(group, step.peer());
    getContext().pipeToSelf(taken, (done, failure) -> new Stepped(group, step, failure));
  }

  private CompletionStage<Boolean> reconfigure(GroupId group, Membership next) {
    return environment
        .admin()
        .reconfigure(group, next)
        .thenCompose(index -> propose(new MetaCommand.MembersChanged(group, next, index)));
  }

  private Behavior<Command> onStepped(Stepped stepped) {
    GroupId group = stepped.group();
    if (stepped.failure() != null) {
      rests.failed(group, now());
      LOG.warn("{}: {} failed: {}", group, stepped.step(), reason(stepped.failure()));
    } else {
      LOG.info("{}: {} is done", group, stepped.step());
      changed = true;
      rests.succeeded(group);
      if (stepped.step() instanceof ReplicaStep.TransferLeadership) {
        rests.transferred(group, now());
      }
    }
    stepsUnderWay--;
    return stepsUnderWay == 0 ? endRound() : this;
  }

  private Behavior<Command> endRound() {
    working = false;
    if (changed) {
      timers.startSingleTimer(Tick.SOON, SOON);
    }
    return this;
  }

  private static String reason(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause().getMessage()
        : failure.getMessage();
  }

  private long now() {
    return environment.nowMillis().getAsLong();
  }
}
