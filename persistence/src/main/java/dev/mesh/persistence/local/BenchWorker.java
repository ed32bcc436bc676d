package dev.mesh.persistence.local;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** A persistent actor that has one write under way at all times, until its deadline. */
final class BenchWorker extends EventSourcedBehavior<BenchWorker.Command, byte[], Long> {
  /** Writes whose latency is kept; those after them are only counted. */
  private static final int MAX_LATENCIES = 1 << 20;

  sealed interface Command {}

  /** Begins; the outcome is completed at the deadline, on the clock of {@link System#nanoTime}. */
  record Start(long deadlineNanos, CompletableFuture<Outcome> outcome) implements Command {}

  private record Acknowledged(long sinceNanos) implements Command {}

  /** Of one worker: acknowledged writes, and nanoseconds of the first ones. */
  static final class Outcome {
    final long writes;
    final long[] latencies;

    Outcome(long writes, long[] latencies) {
      this.writes = writes;
      this.latencies = latencies;
    }
  }

  private final ActorRef<Command> self;
  private final List<byte[]> events;
  private final CompletableFuture<ActorRef<Command>> recovered;
  private Start start; // null before it
  private long writes;
  private long[] latencies = new long[1024];

  private BenchWorker(
      ActorContext<Command> context,
      String id,
      JournalBench.Load load,
      CompletableFuture<ActorRef<Command>> recovered) {
    super(PersistenceId.ofUniqueId(id));
    this.self = context.getSelf();
    this.events = Collections.nCopies(load.eventsPerWrite(), new byte[load.payloadBytes()]);
    this.recovered = recovered;
  }

  /** Completes {@code recovered} with itself when it can be started. */
  static Behavior<Command> create(
      String id, JournalBench.Load load, CompletableFuture<ActorRef<Command>> recovered) {
    return Behaviors.setup(context -> new BenchWorker(context, id, load, recovered));
  }

  @Override
  public String journalPluginId() {
    return "mesh.persistence.local.journal";
  }

  @Override
  public Long emptyState() {
    return 0L;
  }

  @Override
  public EventHandler<Long, byte[]> eventHandler() {
    return (count, event) -> count + 1;
  }

  @Override
  public CommandHandler<Command, byte[], Long> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(Start.class, this::onStart)
        .onCommand(Acknowledged.class, this::onAcknowledged)
        .build();
  }

  @Override
  public SignalHandler<Long> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), count -> recovered.complete(self))
        .onSignal(PostStop.instance(), count -> stopped())
        .build();
  }

  private Effect<byte[], Long> onStart(Start command) {
    start = command;
    return write();
  }

  private Effect<byte[], Long> onAcknowledged(Acknowledged command) {
    long now = System.nanoTime();
    keep(now - command.sinceNanos);
    if (now < start.deadlineNanos) {
      return write();
    }
    start.outcome.complete(
        new Outcome(writes, Arrays.copyOf(latencies, (int) Math.min(writes, MAX_LATENCIES))));
    return Effect().none();
  }

  private Effect<byte[], Long> write() {
    long now = System.nanoTime();
    return Effect().persist(events).thenRun(count -> self.tell(new Acknowledged(now)));
  }

  private void keep(long nanos) {
    if (writes < MAX_LATENCIES) {
      if (writes == latencies.length) {
        latencies = Arrays.copyOf(latencies, 2 * latencies.length);
      }
      latencies[(int) writes] = nanos;
    }
    writes++;
  }

  private void stopped() {
    if (start != null) {
      start.outcome.completeExceptionally(
          new StoreException("a persistent actor of the measurement was stopped; see the log"));
    }
  }
}
