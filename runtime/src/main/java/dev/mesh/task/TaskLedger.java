package dev.mesh.task;

import dev.mesh.task.TasksException.Code;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tasks of one range of ids, as a sharded entity: it gathers what comes while its {@link
 * LedgerWriter} is busy and hands over what has gathered as the next batch. What waits is bounded
 * in number and bytes; what is over is answered with "too much at once", and a worker's report is
 * dropped, because the worker reports again. A writer that stops is started again after a while.
 */
public final class TaskLedger extends AbstractBehavior<LedgerCommand> {
  private static final Logger LOG = LoggerFactory.getLogger(TaskLedger.class);

  public static final EntityTypeKey<LedgerCommand> KEY =
      EntityTypeKey.create(LedgerCommand.class, "mesh-task-ledger");

  private static final Duration TICK = Duration.ofMillis(200);
  private static final Duration RESTART_MIN = Duration.ofMillis(500);
  private static final int MAX_RESTART_DOUBLINGS = 4;

  private final int ledger;
  private final LedgerWiring wiring;
  private final TimerScheduler<LedgerCommand> timers;
  private final Deque<LedgerCommand> waiting = new ArrayDeque<>();
  private long waitingBytes;

  /** The batch that the writer works on; empty when it is idle. */
  private List<LedgerCommand> underWay = List.of();

  private ActorRef<LedgerWriter.Batch> writer;
  private boolean recovered;
  private boolean busy;
  private int run;
  private int failures;

  /**
   * Starts the region of all ledgers on this actor system; a command told to it reaches its ledger
   * wherever that lives.
   */
  public static ActorRef<LedgerCommand.Sent> init(ActorSystem<?> system, LedgerWiring wiring) {
    Cluster cluster = Cluster.get(system);
    String self = LedgerAllocation.hostPort(cluster.selfMember().address());
    LedgerAllocation allocation =
        new LedgerAllocation(
            self, wiring.home(), () -> cluster.state().getUnreachable().iterator().hasNext());
    ClusterShardingSettings sharding = ClusterShardingSettings.create(system);
    sharding =
        sharding
            .withNoPassivationStrategy()
            .withTuningParameters(
                sharding.tuningParameters().withHandOffTimeout(wiring.settings().handOffTimeout()));
    return ClusterSharding.get(system)
        .init(
            Entity.of(KEY, entity -> create(Integer.parseInt(entity.getEntityId()), wiring))
                .withSettings(sharding)
                .withAllocationStrategy(allocation)
                .withMessageExtractor(new ByLedger()));
  }

  /** One ledger. */
  public static Behavior<LedgerCommand> create(int ledger, LedgerWiring wiring) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new TaskLedger(context, timers, ledger, wiring)));
  }

  private TaskLedger(
      ActorContext<LedgerCommand> context,
      TimerScheduler<LedgerCommand> timers,
      int ledger,
      LedgerWiring wiring) {
    super(context);
    this.ledger = ledger;
    this.wiring = wiring;
    this.timers = timers;
    timers.startTimerWithFixedDelay(LedgerCommand.Tick.INSTANCE, TICK);
    startWriter();
  }

  @Override
  public Receive<LedgerCommand> createReceive() {
    return newReceiveBuilder()
        .onMessage(LedgerCommand.BatchDone.class, this::onBatchDone)
        .onMessage(LedgerCommand.WriterStopped.class, this::onWriterStopped)
        .onMessage(LedgerCommand.RestartWriter.class, any -> startWriter())
        .onMessage(LedgerCommand.Tick.class, this::onTick)
        .onMessage(LedgerCommand.Wake.class, any -> this)
        .onAnyMessage(this::onCommand)
        .build();
  }

  private Behavior<LedgerCommand> startWriter() {
    run++;
    recovered = false;
    writer =
        getContext()
            .spawn(LedgerWriter.create(ledger, wiring, getContext().getSelf()), "writer-" + run);
    getContext().watchWith(writer, LedgerCommand.WriterStopped.INSTANCE);
    return this;
  }

  private Behavior<LedgerCommand> onTick(LedgerCommand.Tick tick) {
    if (waiting.peekLast() != tick) {
      add(tick);
    }
    return this;
  }

  private Behavior<LedgerCommand> onCommand(LedgerCommand command) {
    long weight = weight(command);
    boolean full =
        waiting.size() >= wiring.settings().maxWaiting()
            || waitingBytes + weight > wiring.settings().maxWaitingBytes();
    if (full && command instanceof LedgerCommand.Asked asked) {
      asked.replyTo().tell(overflow());
    } else if (!full || command instanceof LedgerCommand.Placed) {
      add(command);
    }
    return this;
  }

  private void add(LedgerCommand command) {
    waiting.addLast(command);
    waitingBytes += weight(command);
    pump();
  }

  private LedgerReply overflow() {
    return recovered
        ? new LedgerReply.Refusal(
            Code.TOO_MUCH, "too much at once for ledger " + ledger + "; try again shortly", true)
        : new LedgerReply.Refusal(
            Code.UNAVAILABLE, "ledger " + ledger + " is not ready; try again shortly", true);
  }

  private void pump() {
    if (!recovered || busy || waiting.isEmpty()) {
      return;
    }
    List<LedgerCommand> batch = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && batch.size() < LedgerSettings.MAX_BATCH) {
      long weight = weight(waiting.peekFirst());
      if (!batch.isEmpty() && bytes + weight > LedgerSettings.MAX_BATCH_BYTES) {
        break;
      }
      bytes += weight;
      batch.add(waiting.pollFirst());
    }
    waitingBytes -= bytes;
    underWay = batch;
    busy = true;
    writer.tell(new LedgerWriter.Batch(batch));
  }

  private Behavior<LedgerCommand> onBatchDone(LedgerCommand.BatchDone done) {
    recovered = true;
    busy = false;
    failures = 0;
    underWay = List.of();
    for (int i = done.again().size() - 1; i >= 0; i--) {
      waiting.addFirst(done.again().get(i));
      waitingBytes += weight(done.again().get(i));
    }
    pump();
    return this;
  }

  private Behavior<LedgerCommand> onWriterStopped(LedgerCommand.WriterStopped stopped) {
    for (LedgerCommand command : underWay) {
      if (command instanceof LedgerCommand.Asked asked) {
        boolean write =
            command instanceof LedgerCommand.Submit || command instanceof LedgerCommand.Cancel;
        asked
            .replyTo()
            .tell(
                new LedgerReply.Refusal(
                    Code.UNAVAILABLE,
                    "ledger " + ledger + " failed to write; ask again under the same id",
                    !write));
      }
    }
    underWay = List.of();
    recovered = false;
    busy = false;
    Duration pause = RESTART_MIN.multipliedBy(1L << Math.min(failures, MAX_RESTART_DOUBLINGS));
    failures++;
    LOG.warn("ledger {}: its writer stopped, restart in {}", ledger, pause);
    timers.startSingleTimer(LedgerCommand.RestartWriter.INSTANCE, pause);
    return this;
  }

  /** Roughly what a command adds to a write or takes of the heap, in bytes. */
  private static long weight(LedgerCommand command) {
    if (command instanceof LedgerCommand.Submit submit) {
      return submit.tasks().stream().mapToLong(LedgerCommand.Submit::bytes).sum();
    }
    if (command instanceof LedgerCommand.Report report) {
      return report.bytes();
    }
    if (command instanceof LedgerCommand.Placed placed) {
      return placed.placements().size() * LedgerCommand.HELD_BYTES;
    }
    return LedgerCommand.HELD_BYTES;
  }

  /** A command's ledger is its entity, and each ledger is a shard of its own. */
  private static final class ByLedger
      extends ShardingMessageExtractor<LedgerCommand.Sent, LedgerCommand> {
    @Override
    public String entityId(LedgerCommand.Sent command) {
      return Integer.toString(command.ledger());
    }

    @Override
    public String shardId(String entityId) {
      return entityId;
    }

    @Override
    public LedgerCommand unwrapMessage(LedgerCommand.Sent command) {
      return command;
    }
  }
}
