package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Measures the local journal as persistent actors use it: each actor persists its next events as
 * soon as the last ones are acknowledged. Blocks; for the command line.
 */
public final class JournalBench {
  private JournalBench() {}

  /**
   * What to do.
   *
   * @param actors persistent actors, each with one write under way
   * @param eventsPerWrite events in each write, which is atomic
   * @param payloadBytes size of an event
   */
  public record Load(int actors, int eventsPerWrite, int payloadBytes, Duration duration) {
    public Load {
      if (actors < 1 || eventsPerWrite < 1 || payloadBytes < 0) {
        throw new IllegalArgumentException(
            "%d actors, %d events in a write, %d bytes: at least 1, 1 and 0 are needed"
                .formatted(actors, eventsPerWrite, payloadBytes));
      }
    }
  }

  /** What came of it. */
  public static final class Result {
    private final long operations;
    private final double seconds;
    private final long[] latencies;
    private final long syncs;
    private final long bytes;

    private Result(long operations, double seconds, long[] latencies, StoreStats stats) {
      this.operations = operations;
      this.seconds = seconds;
      this.latencies = latencies;
      this.syncs = stats.syncs();
      this.bytes = stats.bytes();
    }

    /** Events that were acknowledged. */
    public long operations() {
      return operations;
    }

    public double seconds() {
      return seconds;
    }

    /** Nanoseconds from command to acknowledgement of each write, ascending. The caller's own. */
    public long[] latencies() {
      return latencies.clone();
    }

    /** Calls of fdatasync. */
    public long syncs() {
      return syncs;
    }

    /** Bytes written to the log. */
    public long bytes() {
      return bytes;
    }
  }

  /** As many actors as writes outstanding, one event in each write. */
  public static Result run(Path dir, int outstanding, int payloadBytes, Duration duration) {
    return run(dir, new Load(outstanding, 1, payloadBytes, duration));
  }

  /**
   * Runs on a store in {@code dir}, which must not be in use; the events are left there.
   *
   * @throws StoreException if the store cannot be opened
   * @throws java.util.concurrent.CompletionException if a write failed
   */
  public static Result run(Path dir, Load load) {
    Config config = ConfigFactory.load();
    try (Store store = Store.open(dir, StoreSettings.of(config))) {
      ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "mesh-bench", config);
      try {
        StoreExtension.get(system).use(store);
        return measure(system, store, load);
      } finally {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
      }
    }
  }

  private static Result measure(ActorSystem<Void> system, Store store, Load load) {
    List<ActorRef<BenchWorker.Command>> workers = recovered(system, load);
    StoreStats before = store.stats();
    long begin = System.nanoTime();
    List<CompletableFuture<BenchWorker.Outcome>> running = new ArrayList<>();
    for (ActorRef<BenchWorker.Command> worker : workers) {
      CompletableFuture<BenchWorker.Outcome> outcome = new CompletableFuture<>();
      worker.tell(new BenchWorker.Start(begin + load.duration().toNanos(), outcome));
      running.add(outcome);
    }
    List<BenchWorker.Outcome> outcomes = running.stream().map(CompletableFuture::join).toList();
    double seconds = (System.nanoTime() - begin) / 1e9;
    long writes = outcomes.stream().mapToLong(outcome -> outcome.writes).sum();
    long[] latencies =
        outcomes.stream().flatMapToLong(it -> Arrays.stream(it.latencies)).sorted().toArray();
    StoreStats stats = store.stats().since(before);
    return new Result(writes * load.eventsPerWrite(), seconds, latencies, stats);
  }

  private static List<ActorRef<BenchWorker.Command>> recovered(
      ActorSystem<Void> system, Load load) {
    String run = Long.toHexString(System.nanoTime());
    List<CompletableFuture<ActorRef<BenchWorker.Command>>> recovering = new ArrayList<>();
    for (int i = 0; i < load.actors(); i++) {
      CompletableFuture<ActorRef<BenchWorker.Command>> recovered = new CompletableFuture<>();
      String id = "bench-" + run + "-" + i;
      system.systemActorOf(BenchWorker.create(id, load, recovered), id, Props.empty());
      recovering.add(recovered);
    }
    return recovering.stream().map(CompletableFuture::join).toList();
  }
}
