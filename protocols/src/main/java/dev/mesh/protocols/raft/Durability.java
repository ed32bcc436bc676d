package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The order of durability: which records wait to be written, which batches are under way, how far
 * the log is on disk, and the promises that wait for it. Everything that promises something to
 * another peer goes through {@link #sendOnceDurable}.
 *
 * <p>Invariant: {@code persistedIndex <= lastIndex}, and every held message waits for a batch that
 * is gathering or under way.
 */
final class Durability {
  /** A batch under way, and the entry up to which it makes the present log durable. */
  private record Write(long batch, long lastIndex) {}

  /** A message that must not leave before {@code batch} is on disk. */
  record Promise(long batch, PeerId to, Message message) {}

  private final RaftLog log;
  private final List<LogRecord> gathered = new ArrayList<>();

  /** The newest entries among the records gathered: they become one record. */
  private final List<Entry> appended = new ArrayList<>();

  private Deque<Write> underWay = new ArrayDeque<>();
  private final Deque<Promise> promises = new ArrayDeque<>();
  private long lastBatch;
  private long persistedBatch;
  private long persistedIndex;

  /** The batch that holds the present term and vote. */
  private long hardStateBatch;

  Durability(RaftLog log) {
    this.log = log;
    this.persistedIndex = log.lastIndex();
  }

  /** This peer has the entries up to here on disk. */
  long persistedIndex() {
    return persistedIndex;
  }

  /** Whether the present term and vote are on disk. */
  boolean isHardStateDurable() {
    return hardStateBatch <= persistedBatch;
  }

  /** A vote right after its term makes one record with it. */
  void hardState(HardState state) {
    int last = gathered.size() - 1;
    if (appended.isEmpty() && last >= 0 && gathered.get(last) instanceof LogRecord.TermAndVote) {
      gathered.remove(last);
    }
    gather(new LogRecord.TermAndVote(state));
    hardStateBatch = presentBatch();
  }

  void appended(Entry entry) {
    appended.add(entry);
  }

  void truncated(long fromIndex) {
    gather(new LogRecord.Truncated(fromIndex));
    capAt(fromIndex - 1);
  }

  /** The term and vote are repeated, so that whatever came before may be dropped from disk. */
  void compacted(SnapshotMark mark, HardState state) {
    gather(new LogRecord.CompactedTo(mark));
    gather(new LogRecord.TermAndVote(state));
    persistedIndex = Math.max(persistedIndex, mark.index());
  }

  void snapshotInstalled(SnapshotMark mark, HardState state) {
    gather(new LogRecord.SnapshotInstalled(mark));
    gather(new LogRecord.TermAndVote(state));
    capAt(mark.index());
    persistedIndex = mark.index();
  }

  /** Sends {@code message} once all that is recorded by now is on disk. */
  void sendOnceDurable(PeerId to, Message message, Outbox outbox) {
    if (presentBatch() <= persistedBatch) {
      outbox.send(to, message);
    } else {
      promises.add(new Promise(presentBatch(), to, message));
    }
  }

  /** All that was recorded since the last call, as one write. */
  Optional<Effect.Persist> drain() {
    closeAppended();
    if (gathered.isEmpty()) {
      return Optional.empty();
    }
    lastBatch++;
    underWay.add(new Write(lastBatch, log.lastIndex()));
    Effect.Persist write = new Effect.Persist(lastBatch, gathered);
    gathered.clear();
    return Optional.of(write);
  }

  /** Returns the promises that may leave now, in the order they were made. */
  List<Promise> persisted(long batch) {
    if (batch > lastBatch) {
      throw new IllegalArgumentException(
          "batch " + batch + " is said to be on disk; the last one given out is " + lastBatch);
    }
    persistedBatch = Math.max(persistedBatch, batch);
    while (!underWay.isEmpty() && underWay.peek().batch() <= batch) {
      persistedIndex = Math.max(persistedIndex, underWay.remove().lastIndex());
    }
    List<Promise> due = new ArrayList<>();
    while (!promises.isEmpty() && promises.peek().batch() <= batch) {
      due.add(promises.remove());
    }
    return due;
  }

  void checkInvariants() {
    if (persistedIndex > log.lastIndex() || persistedIndex < log.compacted().index()) {
      throw new IllegalStateException(
          "on disk up to " + persistedIndex + ", log up to " + log.lastIndex());
    }
    if (!promises.isEmpty() && promises.peek().batch() <= persistedBatch) {
      throw new IllegalStateException("still held: " + promises.peek());
    }
  }

  /** The batch that will hold, or holds, everything recorded by now. */
  private long presentBatch() {
    return gathered.isEmpty() && appended.isEmpty() ? lastBatch : lastBatch + 1;
  }

  private void gather(LogRecord record) {
    closeAppended();
    gathered.add(record);
  }

  private void closeAppended() {
    if (!appended.isEmpty()) {
      gathered.add(new LogRecord.Appended(appended));
      appended.clear();
    }
  }

  /** Entries after {@code index} are others now than those in the batches under way. */
  private void capAt(long index) {
    persistedIndex = Math.min(persistedIndex, index);
    Deque<Write> capped = new ArrayDeque<>();
    for (Write write : underWay) {
      capped.add(new Write(write.batch(), Math.min(write.lastIndex(), index)));
    }
    underWay = capped;
  }
}
