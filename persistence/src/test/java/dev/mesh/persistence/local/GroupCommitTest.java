package dev.mesh.persistence.local;

import static dev.mesh.persistence.local.StoreFixtures.settings;
import static dev.mesh.persistence.local.StoreFixtures.utf8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** Gathering, bounds and failures, with a disk whose speed and health the test controls. */
// A store whose test has failed waits for its disk, for ever.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupCommitTest {
  @TempDir Path temp;

  /** Lets one write through for each permit, and fails when told. */
  private static final class Disk implements Engine {
    final Engine real;
    final Semaphore permits = new Semaphore(1); // the store's first write: its format
    final List<Boolean> syncs = new ArrayList<>();
    final AtomicInteger entered = new AtomicInteger();
    volatile boolean failBefore;
    volatile boolean failAfter;

    Disk(Engine real) {
      this.real = real;
    }

    @Override
    public void write(List<Batch> batches, boolean sync) throws RocksDBException {
      entered.incrementAndGet();
      permits.acquireUninterruptibly();
      if (failBefore) {
        throw new RocksDBException("No space left on device");
      }
      real.write(batches, sync);
      syncs.add(sync);
      if (failAfter) {
        throw new RocksDBException("fdatasync: Input/output error");
      }
    }
  }

  private Disk disk;

  private Store open(StoreSettings settings) {
    return Store.open(
        temp,
        settings,
        engine -> {
          disk = new Disk(engine);
          return disk;
        });
  }

  private static CompletableFuture<Void> write(Store store, String key, Durability durability) {
    return store
        .write(new Batch().put(Space.EVENTS, utf8(key), utf8("value")), durability)
        .toCompletableFuture();
  }

  /** Occupies the writer thread, so that what follows gathers. */
  private CompletableFuture<Void> occupy(Store store) {
    int before = disk.entered.get();
    CompletableFuture<Void> first = write(store, "first", Durability.SYNCED);
    await().until(() -> disk.entered.get() > before);
    return first;
  }

  @Test
  void allThatWaitsIsSyncedOnce() {
    try (Store store = open(settings())) {
      CompletableFuture<Void> first = occupy(store);
      List<CompletableFuture<Void>> rest = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        rest.add(write(store, "k" + i, i % 2 == 0 ? Durability.SYNCED : Durability.ORDERED));
      }
      long before = store.stats().syncs();
      disk.permits.release(2);
      first.join();
      rest.forEach(CompletableFuture::join);
      await().until(() -> store.stats().waitingBytes() == 0);
      assertEquals(before + 2, store.stats().syncs());
      assertEquals(502, store.stats().writes());
    }
  }

  @Test
  void anExecutorThatIsGivenWritesInTheOrderOfItsTasks() {
    Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    try (Store store = open(settings())) {
      store.writeOn(Optional.of(tasks::add));
      CompletableFuture<Void> first = write(store, "a", Durability.SYNCED);
      CompletableFuture<Void> second = write(store, "b", Durability.SYNCED);
      // The store's first turn may be just ending on its own thread, which then asks for this one.
      await("one task writes all that gathers until it is run").until(() -> tasks.size() == 1);
      long before = store.stats().syncs();
      disk.permits.release(1);
      tasks.remove().run();
      assertTrue(first.isDone() && second.isDone(), "written by whoever ran the task");
      assertEquals(before + 1, store.stats().syncs());
      assertTrue(tasks.isEmpty());
    }
  }

  @Test
  void anExecutorThatHasEndedIsStoodInFor() {
    try (Store store = open(settings())) {
      store.writeOn(
          Optional.of(
              task -> {
                throw new RejectedExecutionException("ended");
              }));
      disk.permits.release(1);
      write(store, "a", Durability.SYNCED).join();
      assertNotNull(store.get(Space.EVENTS, utf8("a")));
    }
  }

  @Test
  void closingWritesWhatAnExecutorHasNotRun() {
    CompletableFuture<Void> left;
    try (Store store = open(settings())) {
      store.writeOn(Optional.of(task -> {})); // a loop that ended with the task in its queue
      left = write(store, "a", Durability.SYNCED);
      disk.permits.release(1);
    }
    left.join();
  }

  @Test
  void orderedWritesAloneAreNotSynced() {
    try (Store store = open(settings())) {
      long before = store.stats().syncs();
      disk.permits.release(1);
      write(store, "a", Durability.ORDERED).join();
      assertEquals(before, store.stats().syncs());
      assertEquals(List.of(true, false), disk.syncs);
    }
  }

  @Test
  void tooManyBytesAtOnceAreRefusedAndTheStoreGoesOn() {
    StoreSettings small = new StoreSettings(1 << 20, 1 << 20, 1 << 20, 1000, 100);
    try (Store store = open(small)) {
      CompletableFuture<Void> first = occupy(store);
      Batch large = new Batch().put(Space.EVENTS, utf8("large"), new byte[1000]);
      CompletableFuture<Void> refused = store.write(large, Durability.SYNCED).toCompletableFuture();
      String message = assertThrows(CompletionException.class, refused::join).getMessage();
      assertTrue(message.contains("too much at once"), message);
      disk.permits.release(10);
      first.join();
      write(store, "after", Durability.SYNCED).join();
      assertNull(store.get(Space.EVENTS, utf8("large")));
    }
  }

  @Test
  void tooManyWritesAtOnceAreRefused() {
    StoreSettings small = new StoreSettings(1 << 20, 1 << 20, 1 << 20, 1 << 20, 3);
    try (Store store = open(small)) {
      CompletableFuture<Void> first = occupy(store);
      CompletableFuture<Void> second = write(store, "2", Durability.SYNCED);
      CompletableFuture<Void> third = write(store, "3", Durability.SYNCED);
      CompletableFuture<Void> fourth = write(store, "4", Durability.SYNCED);
      assertThrows(CompletionException.class, fourth::join);
      disk.permits.release(10);
      first.join();
      second.join();
      third.join();
    }
  }

  @Test
  void aFullDiskEndsWritingForGood() {
    try (Store store = open(settings())) {
      disk.failBefore = true;
      disk.permits.release(10);
      CompletableFuture<Void> failed = write(store, "a", Durability.SYNCED);
      String message = assertThrows(CompletionException.class, failed::join).getMessage();
      assertTrue(message.contains("No space left on device"), message);
      disk.failBefore = false; // room again, but the store does not trust it
      CompletableFuture<Void> later = write(store, "b", Durability.SYNCED);
      assertThrows(CompletionException.class, later::join);
      assertTrue(store.failure().isPresent());
      assertNull(store.get(Space.EVENTS, utf8("b")));
    }
  }

  @Test
  void aFailedSyncIsNeverAcknowledgedNorWhatWaitedBehindIt() {
    try (Store store = open(settings())) {
      CompletableFuture<Void> first = occupy(store);
      CompletableFuture<Void> behind = write(store, "behind", Durability.SYNCED);
      disk.failAfter = true;
      disk.permits.release(10);
      assertThrows(CompletionException.class, first::join);
      assertThrows(CompletionException.class, behind::join);
      assertNull(store.get(Space.EVENTS, utf8("behind")));
    }
  }

  @Test
  void aCompletionThatThrowsHarmsNobodyElse() throws InterruptedException {
    try (Store store = open(settings())) {
      disk.permits.release(10);
      CountDownLatch called = new CountDownLatch(1);
      store.write(
          new Batch().put(Space.EVENTS, utf8("a"), utf8("1")),
          Durability.SYNCED,
          failure -> {
            called.countDown();
            throw new IllegalStateException("on purpose");
          });
      called.await();
      write(store, "b", Durability.SYNCED).join();
    }
  }
}
