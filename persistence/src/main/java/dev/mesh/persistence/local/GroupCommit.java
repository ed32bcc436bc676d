package dev.mesh.persistence.local;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes all that waits as one batch and syncs once for it, on a thread of its own, or on an event
 * loop that most writes come from, so that no other thread is woken for them. Writes and their
 * answers keep the order of {@link #submit}.
 *
 * <p>The first failure ends writing for good: after a failed sync nobody knows what is on disk, and
 * a second try may succeed without the data of the first (Rebello et al., "Can Applications Recover
 * from fsync Failures?", USENIX ATC 2020).
 */
final class GroupCommit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private record Waiting(Batch batch, Durability durability, Completion completion) {}

  private final String folder;
  private final Engine engine;
  private final StoreSettings settings;
  private final ExecutorService writer = Executors.newSingleThreadExecutor(GroupCommit::thread);

  private volatile Executor preferred = writer;

  /** Held while writing; taken before {@link #lock}. */
  private final ReentrantLock writing = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  // Under the lock. The counts cover what is queued and what is being written.
  private ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private ArrayDeque<Waiting> spare = new ArrayDeque<>();
  private long waitingBytes;
  private int waitingWrites;
  private boolean scheduled; // a write is under way or an executor was asked for one
  private boolean closing;
  private StoreException broken; // null while all is well

  private final LongAdder syncs = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  GroupCommit(String folder, Engine engine, StoreSettings settings) {
    this.folder = folder;
    this.engine = engine;
    this.settings = settings;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "mesh-store-writer");
    thread.setDaemon(true);
    return thread;
  }

  /** Who does the writing from now on; empty for the thread that is kept for it. */
  void writeOn(Optional<Executor> executor) {
    preferred = executor.orElse(writer);
  }

  /** Whether the write was taken; if not, its completion has been told why. */
  boolean submit(Batch batch, Durability durability, Completion completion) {
    StoreException refusal;
    boolean first = false;
    lock.lock();
    try {
      refusal = refusal(batch);
      if (refusal == null) {
        queue.add(new Waiting(batch, durability, completion));
        waitingBytes += batch.bytes();
        waitingWrites++;
        first = !scheduled;
        scheduled = true;
      }
    } finally {
      lock.unlock();
    }
    if (first) {
      schedule();
    }
    if (refusal != null) {
      completion.done(refusal);
    }
    return refusal == null;
  }

  /** An executor that has ended is stood in for by the writer thread. */
  private void schedule() {
    try {
      preferred.execute(this::writeOnce);
    } catch (RejectedExecutionException ended) {
      preferred = writer;
      scheduleOnWriter();
    }
  }

  private void scheduleOnWriter() {
    try {
      writer.execute(this::writeOnce);
    } catch (RejectedExecutionException closed) {
      // close() writes what waits
    }
  }

  /** Why a write is not taken, or null. */
  private StoreException refusal(Batch batch) {
    if (broken != null) {
      return new StoreException(broken.getMessage(), broken.getCause());
    }
    if (closing) {
      return new StoreException("the store in " + folder + " is closed");
    }
    if (waitingBytes + batch.bytes() > settings.maxWaitingBytes()
        || waitingWrites + 1 > settings.maxWaitingWrites()) {
      return new StoreException(
          "too much at once: %d bytes for the store in %s, where %d bytes in %d writes wait already and %d bytes in %d writes may (mesh.store.max-waiting-bytes, max-waiting-writes); try again later or write less at once"
              .formatted(
                  batch.bytes(),
                  folder,
                  waitingBytes,
                  waitingWrites,
                  settings.maxWaitingBytes(),
                  settings.maxWaitingWrites()));
    }
    return null;
  }

  /** Writes what has gathered, and asks for the next turn if more has come meanwhile. */
  private void writeOnce() {
    writeGathered();
    boolean more;
    lock.lock();
    try {
      more = !queue.isEmpty();
      scheduled = more;
    } finally {
      lock.unlock();
    }
    if (more) {
      schedule();
    }
  }

  private void writeGathered() {
    writing.lock();
    try {
      ArrayDeque<Waiting> taken = take();
      if (taken.isEmpty()) {
        return;
      }
      StoreException failure = write(taken);
      long done = 0;
      for (Waiting waiting : taken) {
        done += waiting.batch.bytes();
        answer(waiting.completion, failure);
      }
      release(done, taken.size());
      taken.clear();
    } finally {
      writing.unlock();
    }
  }

  /** Swaps the queue for an empty one. */
  private ArrayDeque<Waiting> take() {
    lock.lock();
    try {
      ArrayDeque<Waiting> taken = queue;
      queue = spare;
      spare = taken; // emptied before the next turn
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Writes all of it; returns why it failed, or null. */
  private StoreException write(ArrayDeque<Waiting> taken) {
    StoreException before = failure();
    if (before != null) {
      return before;
    }
    List<Batch> batches = new ArrayList<>(taken.size());
    boolean sync = false;
    long size = 0;
    for (Waiting waiting : taken) {
      batches.add(waiting.batch);
      sync |= waiting.durability == Durability.SYNCED;
      size += waiting.batch.bytes();
    }
    try {
      engine.write(batches, sync);
    } catch (RocksDBException | RuntimeException e) {
      return breakOff(e);
    }
    if (sync) {
      syncs.increment();
    }
    writes.add(batches.size());
    bytes.add(size);
    return null;
  }

  private StoreException breakOff(Exception cause) {
    StoreException failure =
        new StoreException(
            "a write to the store in %s failed (%s) and it takes no more until this process starts again; look at the disk's space and health first"
                .formatted(folder, cause.getMessage()),
            cause);
    LOG.error(failure.getMessage(), cause);
    lock.lock();
    try {
      broken = failure;
    } finally {
      lock.unlock();
    }
    return failure;
  }

  private static void answer(Completion completion, StoreException failure) {
    try {
      completion.done(failure);
    } catch (RuntimeException e) {
      LOG.error("whoever waited for a write failed on its answer", e);
    }
  }

  private void release(long doneBytes, int doneWrites) {
    lock.lock();
    try {
      waitingBytes -= doneBytes;
      waitingWrites -= doneWrites;
    } finally {
      lock.unlock();
    }
  }

  /** The first failure, or null. */
  StoreException failure() {
    lock.lock();
    try {
      return broken;
    } finally {
      lock.unlock();
    }
  }

  StoreStats stats() {
    lock.lock();
    try {
      return new StoreStats(syncs.sum(), writes.sum(), bytes.sum(), waitingBytes);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more, writes what waits, and returns when that is done. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
    } finally {
      lock.unlock();
    }
    writeGathered(); // nothing is queued any more, so this is all; it waits for a write under way
    writer.shutdown();
  }
}
