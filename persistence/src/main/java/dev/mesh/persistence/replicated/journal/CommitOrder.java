package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.GroupChanges;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.persistence.replicated.RecentRows;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * The events of a group in the order in which they were committed. Each has a number, counted from
 * 1 over the whole group, which is the same at every replica and never given again. The events of
 * one append, a run, have consecutive numbers and share two rows: one that is found by the number
 * of the run's last event, one that is found by the persistence id. Used by the machine's thread.
 */
final class CommitOrder {
  /** Deleting looks up every run: what is more is left for the next delete, and seen by nobody. */
  private static final int MAX_RUNS_DELETED_AT_ONCE = 1024;

  private static final long NOT_READ = -1;

  /** Where in the order of commits the events of a run are. */
  record Run(String persistenceId, long firstSeqNr, long firstNumber, int count) {
    /** Of the row that is found by the number of the run's last event. */
    static Run read(byte[] key, Bytes value) {
      BinaryReader in = new BinaryReader(value);
      String id = in.text();
      long firstSeqNr = in.i64();
      int count = in.i32();
      return new Run(id, firstSeqNr, JournalKeys.lastNumberOf(key) - count + 1, count);
    }

    long lastNumber() {
      return firstNumber + count - 1;
    }
  }

  private final GroupStore store;
  private final RecentRows runs;
  private long last = NOT_READ;
  private boolean changed;

  CommitOrder(GroupStore store) {
    this.store = store;
    this.runs = new RecentRows(store);
  }

  /** The number of the last event committed, as a view has it. */
  static long lastIn(GroupView view) {
    return readLast(view.get(JournalKeys.lastCommitted()));
  }

  private static long readLast(Bytes stored) {
    return stored == null ? 0 : new BinaryReader(stored).i64();
  }

  /** Gives the events of an append their numbers. */
  void append(String persistenceId, long firstSeqNr, int count, GroupChanges changes) {
    if (last == NOT_READ) {
      last = readLast(store.get(JournalKeys.lastCommitted()));
    }
    long firstNumber = last + 1;
    last += count;
    changed = true;
    changes.put(
        JournalKeys.committed(last),
        new BinaryWriter(32 + persistenceId.length())
            .text(persistenceId)
            .i64(firstSeqNr)
            .i32(count)
            .done());
    runs.put(
        JournalKeys.run(persistenceId, firstSeqNr),
        new BinaryWriter(Long.BYTES + Integer.BYTES).i64(firstNumber).i32(count).done(),
        changes);
  }

  /**
   * Forgets runs of an id that end at {@code toSeqNr} or before, oldest first.
   *
   * @param firstRun where the oldest begins
   * @return where the oldest begins that is left
   */
  long delete(String persistenceId, long firstRun, long toSeqNr, GroupChanges changes) {
    long first = firstRun;
    for (int deleted = 0; deleted < MAX_RUNS_DELETED_AT_ONCE && first <= toSeqNr; deleted++) {
      byte[] key = JournalKeys.run(persistenceId, first);
      BinaryReader in = new BinaryReader(runs.get(key));
      long firstNumber = in.i64();
      int count = in.i32();
      if (first + count - 1 > toSeqNr) {
        return first;
      }
      changes.delete(JournalKeys.committed(firstNumber + count - 1));
      runs.delete(key, changes);
      first += count;
    }
    return first;
  }

  /** Adds what has changed to the entry's changes. */
  void flushTo(GroupChanges changes) {
    if (changed) {
      changes.put(JournalKeys.lastCommitted(), new BinaryWriter(Long.BYTES).i64(last).done());
      changed = false;
    }
  }

  void committed(long commit) {
    runs.committed(commit);
  }

  void forget() {
    last = NOT_READ;
    changed = false;
    runs.forget();
  }
}
