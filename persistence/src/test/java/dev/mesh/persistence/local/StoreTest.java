package dev.mesh.persistence.local;

import static dev.mesh.persistence.local.StoreFixtures.killedCopy;
import static dev.mesh.persistence.local.StoreFixtures.settings;
import static dev.mesh.persistence.local.StoreFixtures.text;
import static dev.mesh.persistence.local.StoreFixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  @TempDir Path temp;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(temp.resolve("data"), settings());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Batch put(String key, String value) {
    return new Batch().put(Space.EVENTS, utf8(key), utf8(value));
  }

  private void write(Batch batch) {
    store.write(batch, Durability.SYNCED).toCompletableFuture().join();
  }

  private List<String> scan(StoreReader from, String low, String high) {
    List<String> seen = new ArrayList<>();
    from.scan(
        Space.EVENTS,
        utf8(low),
        utf8(high),
        (key, value) -> seen.add(text(key) + "=" + text(value)));
    return seen;
  }

  @Test
  void keepsSpacesApart() {
    write(
        new Batch()
            .put(Space.EVENTS, utf8("k"), utf8("event"))
            .put(Space.MACHINE, utf8("k"), utf8("machine")));
    assertEquals("event", text(store.get(Space.EVENTS, utf8("k"))));
    assertEquals("machine", text(store.get(Space.MACHINE, utf8("k"))));
    assertNull(store.get(Space.SNAPSHOTS, utf8("k")));
  }

  @Test
  void scansInOrderWithinItsBounds() {
    write(put("b", "2").put(Space.EVENTS, utf8("a"), utf8("1")));
    write(put("d", "4").put(Space.EVENTS, utf8("c"), utf8("3")));
    assertEquals(List.of("a=1", "b=2", "c=3"), scan(store, "a", "d"));
    List<String> first = new ArrayList<>();
    store.scan(
        Space.EVENTS,
        utf8("a"),
        utf8("z"),
        (key, value) -> {
          first.add(text(key));
          return first.size() < 2;
        });
    assertEquals(List.of("a", "b"), first);
  }

  @Test
  void findsTheLastKeyOfARange() {
    write(put("a1", "").put(Space.EVENTS, utf8("a2"), utf8("")));
    write(put("b1", ""));
    assertEquals("a2", text(store.lastKey(Space.EVENTS, utf8("a"), utf8("b"))));
    assertEquals("a1", text(store.lastKey(Space.EVENTS, utf8("a"), utf8("a2"))));
    assertNull(store.lastKey(Space.EVENTS, utf8("c"), utf8("d")));
  }

  @Test
  void appliesABatchInItsOrder() {
    write(put("a", "1").put(Space.EVENTS, utf8("b"), utf8("2")));
    write(
        new Batch()
            .deleteRange(Space.EVENTS, utf8("a"), utf8("b"))
            .delete(Space.EVENTS, utf8("b"))
            .put(Space.EVENTS, utf8("a"), utf8("again")));
    assertEquals(List.of("a=again"), scan(store, "a", "z"));
  }

  @Test
  void aViewDoesNotSeeLaterWrites() {
    write(put("a", "old"));
    try (StoreView view = store.view()) {
      write(put("a", "new"));
      assertEquals(List.of("a=old"), scan(view, "a", "b"));
      assertEquals("old", text(view.get(Space.EVENTS, utf8("a"))));
    }
    assertEquals(List.of("a=new"), scan(store, "a", "b"));
  }

  @Test
  void aClosedViewOrStoreSaysSo() {
    StoreView view = store.view();
    view.close();
    view.close();
    assertThrows(StoreException.class, () -> view.get(Space.EVENTS, utf8("a")));
    StoreView open = store.view();
    store.close();
    assertThrows(StoreException.class, () -> open.get(Space.EVENTS, utf8("a")));
    open.close();
    assertThrows(StoreException.class, () -> store.get(Space.EVENTS, utf8("a")));
    CompletionStage<Void> late = store.write(put("a", "1"), Durability.SYNCED);
    assertTrue(late.toCompletableFuture().isCompletedExceptionally());
  }

  @Test
  void whatWasAcknowledgedSurvivesAKill() {
    for (int i = 0; i < 100; i++) {
      write(put("k" + i, "v" + i));
    }
    Path copy = killedCopy(store.folder(), temp.resolve("copy"));
    try (Store again = Store.open(copy, settings())) {
      for (int i = 0; i < 100; i++) {
        assertArrayEquals(utf8("v" + i), again.get(Space.EVENTS, utf8("k" + i)));
      }
    }
  }

  @Test
  void aSyncedWriteCarriesTheOrderedOnesBeforeIt() {
    CompletionStage<Void> ordered = store.write(put("a", "1"), Durability.ORDERED);
    ordered.toCompletableFuture().join();
    assertNotNull(store.get(Space.EVENTS, utf8("a")));
    long before = store.stats().syncs();
    write(put("b", "2"));
    assertEquals(before + 1, store.stats().syncs());
    Path copy = killedCopy(store.folder(), temp.resolve("copy"));
    try (Store again = Store.open(copy, settings())) {
      assertEquals(List.of("a=1", "b=2"), scan(again, "a", "z"));
    }
  }

  @Test
  void closingWritesWhatWaits() {
    List<CompletionStage<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      waiting.add(store.write(put("k" + i, "v"), Durability.SYNCED));
    }
    store.close();
    waiting.forEach(write -> write.toCompletableFuture().join());
    store = Store.open(temp.resolve("data"), settings());
    assertEquals(1000, scan(store, "k", "l").size());
  }
}
