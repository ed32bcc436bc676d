package dev.mesh.persistence.local;

import static dev.mesh.persistence.local.StoreFixtures.settings;
import static dev.mesh.persistence.local.StoreFixtures.utf8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  @TempDir Path temp;

  private static CompletableFuture<Void> append(Store store, String id, long number, int bytes) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    EventLog.Run run = new EventLog.Run(number, number, List.of(new byte[bytes]));
    store
        .events()
        .append(
            id,
            List.of(run),
            failure -> {
              if (failure == null) {
                done.complete(null);
              } else {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }

  private static CompletableFuture<Long> highest(Store store, String id) {
    return store.events().highest(id).toCompletableFuture();
  }

  @Test
  void theHighestNumberWaitsForWhatIsBeingWritten() {
    Semaphore permits = new Semaphore(1); // the store's first write: its format
    AtomicBoolean writing = new AtomicBoolean();
    Store store =
        Store.open(
            temp,
            settings(),
            real ->
                (batches, sync) -> {
                  writing.set(true);
                  permits.acquireUninterruptibly();
                  real.write(batches, sync);
                });
    try (store) {
      writing.set(false);
      CompletableFuture<Void> first = append(store, "a", 1, 10);
      await().untilTrue(writing);
      CompletableFuture<Long> highest = highest(store, "a");
      assertFalse(highest.isDone());
      assertEquals(0, highest(store, "b").join());
      permits.release(10);
      first.join();
      assertEquals(1, highest.join());
    }
  }

  @Test
  void aRefusedWriteUsesNoNumber() {
    StoreSettings small = new StoreSettings(1 << 20, 1 << 20, 1 << 20, 1000, 10);
    try (Store store = Store.open(temp, small)) {
      append(store, "a", 1, 10).join();
      CompletableFuture<Void> large = append(store, "a", 2, 2000);
      assertThrows(CompletionException.class, large::join);
      assertEquals(1, highest(store, "a").join());
      append(store, "a", 2, 10).join();
      assertEquals(2, highest(store, "a").join());
    }
  }

  @Test
  void numbersOfForgottenActorsAreReadAgain() {
    try (Store store = Store.open(temp, settings())) {
      List<CompletableFuture<Void>> writes = new ArrayList<>();
      for (int i = 0; i < 11_000; i++) {
        writes.add(append(store, "actor-" + i, 1, 10));
      }
      writes.forEach(CompletableFuture::join);
      append(store, "actor-0", 2, 10).join();
      CompletableFuture<Void> again = append(store, "actor-1", 1, 10);
      assertThrows(CompletionException.class, again::join);
    }
  }

  @Test
  void aDamagedEventIsRefused() {
    try (Store store = Store.open(temp, settings())) {
      byte[] damaged = Records.seal(1, utf8("event"));
      damaged[6] ^= 1;
      store.writeNow(new Batch().put(Space.EVENTS, Keys.of((byte) 'H', "a"), damaged));
      assertThrows(StoreException.class, () -> store.events().highest("a"));
    }
  }

  @Test
  void anIdThatIsTooLongIsRefused() {
    try (Store store = Store.open(temp, settings())) {
      String id = "x".repeat(Keys.MAX_ID + 1);
      assertThrows(StoreException.class, () -> append(store, id, 1, 1));
    }
  }
}
