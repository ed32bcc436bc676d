package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Measures what the replicated journal's group does for writers: each has one append of one event
 * under way and makes the next as soon as that is acknowledged. Persistent actors are left out, so
 * that the group itself is measured. Blocks; for the command line.
 */
public final class AppendBench {
  private AppendBench() {}

  /**
   * What to do.
   *
   * @param writers each with an id of its own and one append under way
   * @param payloadBytes size of an event
   * @param warmUp for so long nothing is counted
   * @param duration what is counted
   */
  public record Load(int writers, int payloadBytes, Duration warmUp, Duration duration) {}

  /**
   * What came of it.
   *
   * @param errors appends that failed; their writers stopped
   */
  public record Result(long operations, double seconds, long errors, Latencies latencies) {}

  /** Nanoseconds from append to acknowledgement, ascending. Immutable. */
  public static final class Latencies {
    private final long[] sorted;

    private Latencies(long[] sorted) {
      this.sorted = sorted;
    }

    /** Those of one bench, in any order; the array is copied. */
    public static Latencies of(long[] nanos) {
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      return new Latencies(sorted);
    }

    /** The value that this share of all does not exceed, in milliseconds; 0 if there is none. */
    public double percentileMillis(double share) {
      if (sorted.length == 0) {
        return 0;
      }
      int index = (int) Math.ceil(share * sorted.length) - 1;
      return sorted[Math.max(0, index)] / 1e6;
    }
  }

  /** Runs against {@code log}, which must be available; the events are left there. */
  public static Result run(ReplicatedLog log, GroupId group, Load load) {
    long from = System.nanoTime() + load.warmUp().toNanos();
    long until = from + load.duration().toNanos();
    Bytes event = EventRow.of(new byte[load.payloadBytes()]);
    String run = UUID.randomUUID().toString();
    List<Writer> writers =
        IntStream.range(0, load.writers())
            .mapToObj(i -> new Writer(log, group, "bench-" + run + "-" + i, event, from, until))
            .toList();
    writers.forEach(Writer::begin);
    writers.forEach(writer -> writer.done.join());
    long[] all = writers.stream().flatMapToLong(w -> Arrays.stream(w.nanos, 0, w.count)).toArray();
    long errors = writers.stream().filter(writer -> writer.failed).count();
    return new Result(all.length, load.duration().toNanos() / 1e9, errors, Latencies.of(all));
  }

  /** One writer. Its fields are written by one completion after the other. */
  private static final class Writer {
    private final ReplicatedLog log;
    private final GroupId group;
    private final String id;
    private final Bytes event;
    private final long from;
    private final long until;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long[] nanos = new long[1024];
    private int count;
    private long epoch;
    private long nextSeqNr = 1;
    private boolean failed;

    Writer(ReplicatedLog log, GroupId group, String id, Bytes event, long from, long until) {
      this.log = log;
      this.group = group;
      this.id = id;
      this.event = event;
      this.from = from;
      this.until = until;
    }

    void begin() {
      propose(
          new JournalCommand.Claim(id, UUID.randomUUID()),
          answer -> {
            epoch = answer.epoch();
            append();
          });
    }

    private void append() {
      long start = System.nanoTime();
      if (start - until >= 0) {
        done.complete(null);
        return;
      }
      propose(
          JournalCommand.Append.of(id, epoch, "bench", nextSeqNr, List.of(event)),
          answer -> {
            nextSeqNr++;
            record(start, System.nanoTime());
            append();
          });
    }

    private void record(long start, long end) {
      if (start - from >= 0 && end - until < 0) {
        if (count == nanos.length) {
          nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = end - start;
      }
    }

    private void propose(JournalCommand command, Consumer<JournalAnswer> next) {
      log.propose(group, command.encode())
          .whenComplete(
              (applied, failure) -> {
                if (failure == null) {
                  next.accept(JournalAnswer.decode(applied.answer()));
                } else {
                  failed = true;
                  done.complete(null);
                }
              });
    }
  }
}
