package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Completion;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.SnapshotMark;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** Continues one group's log and drops its front. */
final class GroupLog implements LogWriter {
  /** A batch on disk, and the last entry that it appended, 0 for none. */
  private record Kept(long number, long lastIndex) {}

  private final Store store;
  private final LogFrames frames;
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();
  private long next;
  private long lastBatch;
  private volatile boolean failed; // set by the store's writer thread too

  /** A log whose first batch on disk has the number {@code first}. */
  GroupLog(Store store, LogFrames frames, long first) {
    this.store = store;
    this.frames = frames;
    this.next = first;
  }

  /** A batch that was found on disk. */
  void recovered(long number, List<LogRecord> records) {
    kept.add(new Kept(number, lastIndex(records)));
    next = number + 1;
  }

  @Override
  public void append(long batch, List<LogRecord> records, Completion done) {
    if (batch != lastBatch + 1) {
      throw new IllegalArgumentException(
          "batch " + batch + " comes after batch " + lastBatch + " in a Raft log");
    }
    if (failed) {
      done.done(new StoreException("an earlier write to this Raft log failed; open it again"));
      return;
    }
    Batch write = new Batch().put(Space.LOGS, frames.batchKey(next), frames.batch(records));
    kept.add(new Kept(next, lastIndex(records)));
    Optional<Batch> drop = mark(records).map(mark -> drop(mark, next));
    next++;
    lastBatch = batch;
    store.write(
        write,
        Durability.SYNCED,
        failure -> {
          if (failure != null) {
            failed = true;
          } else {
            // Unsynced: if a crash undoes it, the next compaction does it again.
            drop.ifPresent(it -> store.write(it, Durability.ORDERED, ignored -> {}));
          }
          done.done(failure);
        });
  }

  /**
   * The front that the mark made superfluous: up to the first batch that holds an entry after it,
   * and at most up to {@code markBatch}, which repeats term and vote.
   */
  private Batch drop(SnapshotMark mark, long markBatch) {
    while (kept.peekFirst().number() < markBatch && kept.peekFirst().lastIndex() <= mark.index()) {
      kept.removeFirst();
    }
    long first = kept.peekFirst().number();
    return new Batch()
        .deleteRange(Space.LOGS, frames.batchKey(0), frames.batchKey(first))
        .put(Space.LOGS, frames.headKey(), frames.head(new LogFrames.Head(first, mark.index())));
  }

  private static long lastIndex(List<LogRecord> records) {
    return records.stream().mapToLong(GroupLog::lastIndex).max().orElse(0);
  }

  /** The last entry that a record appends, 0 for none. */
  static long lastIndex(LogRecord record) {
    return record instanceof LogRecord.Appended it && !it.entries().isEmpty()
        ? it.entries().get(it.entries().size() - 1).index()
        : 0;
  }

  /** The last mark in a batch. */
  private static Optional<SnapshotMark> mark(List<LogRecord> records) {
    return records.stream().flatMap(it -> mark(it).stream()).reduce((older, newer) -> newer);
  }

  /** The mark that a record sets, if it does. */
  static Optional<SnapshotMark> mark(LogRecord record) {
    if (record instanceof LogRecord.CompactedTo it) {
      return Optional.of(it.mark());
    } else if (record instanceof LogRecord.SnapshotInstalled it) {
      return Optional.of(it.mark());
    }
    return Optional.empty();
  }
}
