package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.protocols.raft.LogRecord;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads one group's log from its front to its end, as a peer does when it starts: checks that
 * batches follow one another, and passes their records on.
 */
final class LogReading {
  /** Sees each batch before its records are passed on. */
  @FunctionalInterface
  interface BatchSeen {
    void seen(long number, List<LogRecord> records);
  }

  private final StoreReader store;
  private final LogFrames frames;
  private final LogFrames.Head head;
  private final BatchSeen batches;
  private final Consumer<LogRecord> fold;
  private long expected;

  /** What came before was dropped, and nothing that counts has been seen yet. */
  private boolean atFront;

  LogReading(
      StoreReader store,
      LogFrames frames,
      LogFrames.Head head,
      BatchSeen batches,
      Consumer<LogRecord> fold) {
    this.store = store;
    this.frames = frames;
    this.head = head;
    this.batches = batches;
    this.fold = fold;
    this.expected = head.first();
    this.atFront = head.first() > 1;
  }

  /**
   * @throws StoreException if the log has a gap, is damaged, or is of another mesh
   */
  void run() {
    store.scan(Space.LOGS, frames.batchKey(0), frames.endKey(), this::batch);
    if (atFront) {
      throw gap("nothing is there");
    }
  }

  private boolean batch(byte[] key, byte[] record) {
    long number = LogFrames.number(key);
    if (number != expected) {
      throw gap("batch " + number + " is there instead");
    }
    expected++;
    List<LogRecord> records = frames.readBatch(record, store, key);
    batches.seen(number, records);
    records.forEach(this::show);
    return true;
  }

  /**
   * Passes a record on. The front batch may begin with records that belong to what was dropped; the
   * log begins with an entry after the mark, or with the mark.
   */
  private void show(LogRecord record) {
    if (atFront) {
      boolean begins =
          GroupLog.lastIndex(record) > head.mark()
              || GroupLog.mark(record).filter(it -> it.index() == head.mark()).isPresent();
      if (!begins) {
        return;
      }
      atFront = false;
    }
    fold.accept(record);
  }

  private StoreException gap(String found) {
    return new StoreException(
        "the Raft log of %s has a gap at %s: batch %d is missing and %s. This peer must not take part: restore its folder, or remove it and let it join anew"
            .formatted(
                frames.group(),
                store.describe(Space.LOGS, frames.batchKey(expected)),
                expected,
                found));
  }
}
