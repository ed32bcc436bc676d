package dev.mesh.multijvm.chaos;

import dev.mesh.multijvm.history.Answer;
import dev.mesh.multijvm.history.Call;
import dev.mesh.multijvm.history.HistoryRecorder;
import dev.mesh.multijvm.testkit.PeerAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Clients that read, write, compare and set, and delete a few keys, each one call after another,
 * until they are stopped. A client turns to another peer when it is not served, and now and then
 * without a reason. All goes into a history. Thread-safe.
 */
public final class MemoryLoad implements AutoCloseable {
  /** How many calls a client that is served sends to one peer, on average. */
  private static final int STAY = 10;

  private final MemoryHttp http;
  private final HistoryRecorder recorder;
  private final List<PeerAddress> peers;
  private final Shape shape;
  private final ExecutorService threads;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicLongArray written;
  private final CompletableFuture<Void> ended;

  /**
   * What the load is like.
   *
   * @param pause of a client between an answer and its next call
   * @param seed draws what is called and where
   */
  public record Shape(int clients, int keys, Duration pause, long seed) {}

  private MemoryLoad(
      MemoryHttp http, HistoryRecorder recorder, List<PeerAddress> peers, Shape shape) {
    this.http = http;
    this.recorder = recorder;
    this.peers = List.copyOf(peers);
    this.shape = shape;
    this.threads = Executors.newFixedThreadPool(shape.clients());
    this.written = new AtomicLongArray(peers.size());
    this.ended =
        CompletableFuture.allOf(
            IntStream.range(0, shape.clients())
                .mapToObj(id -> CompletableFuture.runAsync(new Client(id), threads))
                .toArray(CompletableFuture<?>[]::new));
  }

  /** Starts the clients. */
  public static MemoryLoad start(
      MemoryHttp http, HistoryRecorder recorder, List<PeerAddress> peers, Shape shape) {
    return new MemoryLoad(http, recorder, peers, shape);
  }

  /** The keys that the clients share. */
  public List<String> keys() {
    return IntStream.range(0, shape.keys()).mapToObj(i -> "k" + i).toList();
  }

  /** How many writes a peer, counted from 0, has answered so far. */
  public long written(int peer) {
    return written.get(peer);
  }

  /** Throws what ended a client, if anything did. */
  public void check() {
    if (ended.isCompletedExceptionally()) {
      ended.join();
    }
  }

  /** Ends the load and waits for the calls under way. */
  public void stop() {
    stopped.countDown();
    ended.join();
  }

  /** Ends the load, whatever became of it. */
  @Override
  public void close() {
    stopped.countDown();
    ended.handle((done, failure) -> failure).join();
    threads.shutdown();
  }

  /** One client. It writes no value twice, and compares with what it saw last. */
  private final class Client implements Runnable {
    private final int id;
    private final Random random;
    private final Map<String, Long> seen = new HashMap<>();
    private long values;
    private int peer;

    Client(int id) {
      this.id = id;
      this.random = new Random(shape.seed() * 1_000 + id);
      this.peer = random.nextInt(peers.size());
    }

    @Override
    public void run() {
      try {
        while (!stopped.await(shape.pause().toNanos(), TimeUnit.NANOSECONDS)) {
          callOnce();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void callOnce() {
      Call call = draw();
      long number = recorder.called(id, peers.get(peer).base().getAuthority(), call);
      Answer answer = http.send(peers.get(peer), call);
      recorder.answered(number, answer);
      learn(call.key(), answer);
      if (answer instanceof Answer.Written) {
        written.incrementAndGet(peer);
      }
      boolean poor = answer instanceof Answer.Failed || answer instanceof Answer.Unknown;
      if (poor || random.nextInt(STAY) == 0) {
        peer = random.nextInt(peers.size());
      }
    }

    private Call draw() {
      String key = "k" + random.nextInt(shape.keys());
      int kind = random.nextInt(100);
      if (kind < 40) {
        return new Call.Get(key);
      }
      if (kind < 65) {
        return new Call.Put(key, value());
      }
      if (kind < 95) {
        return new Call.CompareAndSet(key, seen.getOrDefault(key, Call.ABSENT), value());
      }
      return new Call.Delete(key);
    }

    private String value() {
      return id + "-" + ++values;
    }

    private void learn(String key, Answer answer) {
      if (answer instanceof Answer.Found found) {
        seen.put(key, found.version());
      } else if (answer instanceof Answer.Written written) {
        seen.put(key, written.version());
      } else if (answer instanceof Answer.Absent || answer instanceof Answer.Deleted) {
        seen.put(key, Call.ABSENT);
      }
    }
  }
}
