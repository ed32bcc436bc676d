package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A peer's queue of work over {@link WorkCore}: it runs handlers on {@code mesh.work.dispatcher}
 * and reports to the ledgers through the shard region, since a ledger may have moved. What is to be
 * told gathers for {@code mesh.work.report-delay}, so that many small tasks travel in few messages.
 * When the actor stops, its handlers are told that they are cancelled.
 */
public final class WorkQueue extends AbstractBehavior<WorkCommand> {
  /** What the queue tells itself. */
  sealed interface Local extends WorkCommand {}

  private record HandlerEnded(WorkCommand.AwardKey key, Outcome outcome) implements Local {}

  private record Progressed(WorkCommand.AwardKey key, String note) implements Local {}

  private enum Flush implements Local {
    INSTANCE
  }

  private enum Tick implements Local {
    INSTANCE
  }

  private static final Duration TICK = Duration.ofMillis(500);

  private final WorkSettings settings;
  private final WorkWiring wiring;
  private final TimerScheduler<WorkCommand> timers;
  private final Executor executor;
  private final Optional<ExecutionLog> log;
  private final WorkCore core;
  private final Map<WorkCommand.AwardKey, Execution> executions = new HashMap<>();

  /**
   * What the queue needs of its peer. All of it must be thread-safe.
   *
   * @param incarnation this run of the worker; larger than that of any run before
   * @param region takes reports to their ledgers
   * @param load is given the load whenever it has changed
   */
  public record WorkWiring(
      PeerId self,
      long incarnation,
      Handlers handlers,
      ActorRef<LedgerCommand.Sent> region,
      Consumer<WorkLoad> load,
      InstantSource clock) {}

  public static Behavior<WorkCommand> create(WorkSettings settings, WorkWiring wiring) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new WorkQueue(context, timers, settings, wiring)));
  }

  private WorkQueue(
      ActorContext<WorkCommand> context,
      TimerScheduler<WorkCommand> timers,
      WorkSettings settings,
      WorkWiring wiring) {
    super(context);
    this.settings = settings;
    this.wiring = wiring;
    this.timers = timers;
    this.executor =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("mesh.work.dispatcher"));
    this.log = settings.executionLog().map(ExecutionLog::new);
    this.core = new WorkCore(settings, wiring.incarnation());
    timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
    publish();
  }

  @Override
  public Receive<WorkCommand> createReceive() {
    return newReceiveBuilder()
        .onMessage(WorkCommand.Assign.class, this::onAssign)
        .onMessage(WorkCommand.Check.class, this::onCheck)
        .onMessage(WorkCommand.Revoke.class, revoke -> onStop(core.revoke(revoke.keys())))
        .onMessage(WorkCommand.Confirm.class, this::onConfirm)
        .onMessage(HandlerEnded.class, this::onEnded)
        .onMessage(Progressed.class, this::onProgress)
        .onMessage(Flush.class, any -> onFlush())
        .onMessage(Tick.class, any -> onTick())
        .onSignal(PostStop.class, any -> onPostStop())
        .build();
  }

  private Behavior<WorkCommand> onAssign(WorkCommand.Assign assign) {
    onStop(core.assign(assign, wiring.handlers().kinds(), now()));
    return step();
  }

  private Behavior<WorkCommand> onCheck(WorkCommand.Check check) {
    core.check(check, now());
    return step();
  }

  private Behavior<WorkCommand> onStop(List<WorkCommand.AwardKey> keys) {
    for (WorkCommand.AwardKey key : keys) {
      Execution execution = executions.get(key);
      if (execution != null) {
        execution.cancel();
      }
    }
    return step();
  }

  private Behavior<WorkCommand> onConfirm(WorkCommand.Confirm confirm) {
    core.confirm(confirm.keys());
    return step();
  }

  private Behavior<WorkCommand> onEnded(HandlerEnded ended) {
    executions.remove(ended.key());
    core.ended(ended.key(), ended.outcome(), now());
    return step();
  }

  private Behavior<WorkCommand> onProgress(Progressed progressed) {
    core.progress(progressed.key(), progressed.note(), now());
    return step();
  }

  private Behavior<WorkCommand> onTick() {
    core.tick(now());
    return step();
  }

  /** Starts what may start, and sees to it that what is to be told is told soon. */
  private Behavior<WorkCommand> step() {
    for (WorkCommand.Award award : core.start(now())) {
      start(award);
    }
    if (core.hasNotes() && !timers.isTimerActive(Flush.INSTANCE)) {
      timers.startSingleTimer(Flush.INSTANCE, Flush.INSTANCE, settings.reportDelay());
    }
    publish();
    return this;
  }

  private void start(WorkCommand.Award award) {
    ActorRef<WorkCommand> self = getContext().getSelf();
    Execution execution =
        new Execution(
            award,
            wiring.handlers().of(award.task().kind()).orElseThrow(),
            settings.maxResult(),
            note -> self.tell(new Progressed(award.key(), note)),
            outcome -> self.tell(new HandlerEnded(award.key(), outcome)));
    executions.put(award.key(), execution);
    log.ifPresent(file -> file.started(award, wiring.clock().instant()));
    executor.execute(execution);
  }

  private Behavior<WorkCommand> onFlush() {
    core.takeNotes()
        .forEach(
            (ledger, parts) -> {
              for (WorkCore.Told told : parts) {
                wiring
                    .region()
                    .tell(
                        new LedgerCommand.Report(
                            ledger,
                            wiring.self(),
                            wiring.incarnation(),
                            told.held(),
                            told.ended(),
                            told.refused()));
              }
            });
    return this;
  }

  private Behavior<WorkCommand> onPostStop() throws IOException {
    executions.values().forEach(Execution::cancel);
    if (log.isPresent()) {
      log.get().close();
    }
    return this;
  }

  private void publish() {
    wiring.load().accept(core.load(wiring.handlers().kinds()));
  }

  private long now() {
    return wiring.clock().millis();
  }
}
