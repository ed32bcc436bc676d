package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.JournalBench;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.local.StoreStats;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.LogRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;

/**
 * A measurement, not a test: what a Raft log costs when it is appended straight to the store, and
 * when a persistent actor on the local journal writes the same. Arguments: a folder, seconds.
 */
public final class RaftLogMeasurement {
  private static final int PAYLOAD = 256;

  private RaftLogMeasurement() {}

  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[0]);
    Duration duration = Duration.ofSeconds(Long.parseLong(args[1]));
    for (int round = 0; round < 2; round++) { // the first warms up
      for (int outstanding : new int[] {1, 256}) {
        for (int perBatch : new int[] {1, 16, 128}) {
          direct(folder.resolve("direct"), outstanding, perBatch, duration);
        }
      }
      for (int perWrite : new int[] {1, 16, 128}) {
        journal(folder.resolve("journal"), 1, perWrite, duration);
      }
      journal(folder.resolve("journal"), 256, 1, duration);
    }
  }

  private static void direct(Path folder, int outstanding, int perBatch, Duration duration)
      throws InterruptedException {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      LogWriter writer =
          new RaftLogStore(store, RaftLogStoreTest.MESH).open(RaftLogStoreTest.GROUP, record -> {});
      StoreStats before = store.stats();
      Semaphore free = new Semaphore(outstanding);
      LongStream.Builder latencies = LongStream.builder(); // added to by the writer thread alone
      long begin = System.nanoTime();
      long batch = 0;
      while (System.nanoTime() - begin < duration.toNanos()) {
        free.acquire();
        LogRecord entries = entries(perBatch);
        long appended = System.nanoTime();
        writer.append(
            ++batch,
            List.of(entries),
            failure -> {
              latencies.add(System.nanoTime() - appended);
              free.release();
            });
      }
      free.acquire(outstanding);
      report("direct, " + outstanding, batch, perBatch, begin, store, before);
      latencies(latencies.build().sorted().toArray());
    }
  }

  private static LogRecord.Appended entries(int count) {
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 1; i <= count; i++) {
      entries.add(new Entry(i, 1, EntryType.COMMANDS, Bytes.wrap(new byte[PAYLOAD])));
    }
    return new LogRecord.Appended(entries);
  }

  private static void report(
      String what, long batches, int perBatch, long begin, Store store, StoreStats before) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    StoreStats done = store.stats().since(before);
    System.out.printf(
        "%s outstanding, %d in a batch: %.0f entries/s, %.0f batches/s, %.0f syncs/s",
        what, perBatch, batches * perBatch / seconds, batches / seconds, done.syncs() / seconds);
  }

  private static void journal(Path folder, int actors, int perWrite, Duration duration) {
    JournalBench.Result result =
        JournalBench.run(folder, new JournalBench.Load(actors, perWrite, PAYLOAD, duration));
    System.out.printf(
        "journal, %d actors, %d in a write: %.0f events/s, %.0f syncs/s",
        actors,
        perWrite,
        result.operations() / result.seconds(),
        result.syncs() / result.seconds());
    latencies(result.latencies());
  }

  private static void latencies(long[] ascending) {
    System.out.printf(
        ", p50 %d us, p99 %d us%n",
        ascending[ascending.length / 2] / 1000, ascending[ascending.length * 99 / 100] / 1000);
  }
}
