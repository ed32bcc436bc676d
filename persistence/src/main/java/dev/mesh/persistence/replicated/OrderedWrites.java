package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Completion;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes that nobody waits for, in order. The first failure is final: what follows it must not be
 * stored, or the state would have a hole. Thread-safe; submitted to by one thread.
 */
final class OrderedWrites {
  /** Where batches go: a store's queue. */
  @FunctionalInterface
  interface Queue {
    void write(Batch batch, Completion completion);
  }

  private record Waiting(long number, long unwritten, CompletableFuture<Void> done) {}

  private final Queue queue;
  private final long maxUnwrittenBytes;

  // Under the lock of this object.
  private final List<Waiting> waiting = new ArrayList<>();
  private long submitted;
  private long written;
  private long unwrittenBytes;
  private Throwable failure; // null while all is well

  OrderedWrites(Queue queue, long maxUnwrittenBytes) {
    this.queue = queue;
    this.maxUnwrittenBytes = maxUnwrittenBytes;
  }

  /** Queues a batch; its number is reached by {@link #written} once it is readable. */
  long submit(Batch batch) {
    long number;
    long bytes = batch.bytes();
    synchronized (this) {
      if (failure != null) {
        throw new IllegalStateException(
            "an earlier change could not be stored, so none may follow: " + failure.getMessage(),
            failure);
      }
      submitted++;
      number = submitted;
      unwrittenBytes += bytes;
    }
    queue.write(batch, failed -> done(number, bytes, failed));
    return number;
  }

  synchronized long written() {
    return written;
  }

  /** Completes when all that was submitted is readable. */
  synchronized CompletionStage<Void> barrier() {
    return when(new Waiting(submitted, Long.MAX_VALUE, new CompletableFuture<>()));
  }

  /** Completes when no more than the bound is unwritten. */
  synchronized CompletionStage<Void> writable() {
    return when(new Waiting(0, maxUnwrittenBytes, new CompletableFuture<>()));
  }

  private CompletionStage<Void> when(Waiting wait) {
    if (failure != null) {
      wait.done().completeExceptionally(failure);
    } else if (isOver(wait)) {
      wait.done().complete(null);
    } else {
      waiting.add(wait);
    }
    return wait.done();
  }

  private boolean isOver(Waiting wait) {
    return written >= wait.number() && unwrittenBytes <= wait.unwritten();
  }

  private void done(long number, long bytes, Throwable failed) {
    List<Waiting> over = new ArrayList<>();
    Throwable why;
    synchronized (this) {
      unwrittenBytes -= bytes;
      if (failed == null) {
        written = number;
      } else if (failure == null) {
        failure = failed;
      }
      why = failure;
      for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
        Waiting wait = all.next();
        if (why != null || isOver(wait)) {
          over.add(wait);
          all.remove();
        }
      }
    }
    for (Waiting wait : over) {
      if (why == null) {
        wait.done().complete(null);
      } else {
        wait.done().completeExceptionally(why);
      }
    }
  }
}
