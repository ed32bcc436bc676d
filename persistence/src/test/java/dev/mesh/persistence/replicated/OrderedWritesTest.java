package dev.mesh.persistence.replicated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Completion;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OrderedWritesTest {
  private final Queue<Completion> underWay = new ArrayDeque<>();
  private final OrderedWrites writes =
      new OrderedWrites((batch, completion) -> underWay.add(completion), 250);

  private static Batch batch() {
    return new Batch().put(Space.MACHINE, new byte[10], new byte[90]);
  }

  @Test
  void aBarrierWaitsForWhatWasSubmittedBeforeIt() {
    assertTrue(writes.barrier().toCompletableFuture().isDone());
    long first = writes.submit(batch());
    CompletableFuture<Void> barrier = writes.barrier().toCompletableFuture();
    long second = writes.submit(batch());
    assertFalse(barrier.isDone());
    assertTrue(writes.written() < first);
    underWay.remove().done(null);
    assertTrue(barrier.isDone());
    assertEquals(first, writes.written());
    underWay.remove().done(null);
    assertEquals(second, writes.written());
  }

  @Test
  void whoeverAppliesIsToldToWaitBeyondTheBound() {
    writes.submit(batch());
    writes.submit(batch());
    assertTrue(writes.writable().toCompletableFuture().isDone());
    writes.submit(batch());
    CompletableFuture<Void> writable = writes.writable().toCompletableFuture();
    assertFalse(writable.isDone());
    underWay.remove().done(null);
    assertTrue(writable.isDone());
  }

  @Test
  void nothingFollowsAFailure() {
    writes.submit(batch());
    writes.submit(batch());
    CompletableFuture<Void> barrier = writes.barrier().toCompletableFuture();
    underWay.remove().done(new StoreException("disk full"));
    assertTrue(barrier.isCompletedExceptionally());
    assertTrue(
        assertThrows(IllegalStateException.class, () -> writes.submit(batch()))
            .getMessage()
            .contains("disk full"));
    assertTrue(writes.writable().toCompletableFuture().isCompletedExceptionally());
    assertEquals(1, underWay.size());
  }
}
