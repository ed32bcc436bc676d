package dev.mesh.persistence.replicated.heap;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine in memory has after a crash, and what other replicas are sent. */
class HeapMachineTest {
  private static final GroupId GROUP = new GroupId(20);
  private static final int NAMES = 2000;
  private static final Bytes LABEL = Bytes.utf8("term 3");
  private static final Config CONFIG =
      ConfigFactory.parseString("mesh.persistence.replicated.machine.part = 4 KiB")
          .withFallback(ConfigFactory.load());

  @TempDir Path folder;

  private Store store;
  private Counters counters;
  private HeapMachine machine;

  @BeforeEach
  void open() {
    store = Store.open(folder.resolve("here"), StoreFixtures.settings());
    reopen();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    counters = new Counters();
    machine = open(store, counters);
  }

  private static HeapMachine open(Store store, Counters counters) {
    return HeapMachine.open(store, GROUP, counters, ForkJoinPool.commonPool(), CONFIG);
  }

  private static void count(HeapMachine machine, String name) {
    machine.apply(machine.appliedIndex() + 1, List.of(Bytes.utf8(name)));
  }

  /** Many names, so that the state has many parts; each twice, which is more than the state. */
  private void countMany(String prefix) {
    for (int i = 0; i < NAMES; i++) {
      count(machine, prefix + "-name-" + i);
      count(machine, prefix + "-name-" + i);
    }
  }

  private void save() {
    long index = machine.appliedIndex();
    machine.logIsLong(false);
    await().until(() -> machine.storedIndex() == index);
  }

  @Test
  void commandsAreAnsweredInOrderAndQueriesSeeThem() {
    List<Bytes> answers =
        machine.apply(1, List.of(Bytes.utf8("a"), Bytes.utf8("b"), Bytes.utf8("a")));
    assertEquals(List.of(Bytes.utf8("1"), Bytes.utf8("1"), Bytes.utf8("2")), answers);
    machine.advance(2);
    assertEquals(2, machine.appliedIndex());
    Bytes answer = machine.query(Bytes.utf8("a")).toCompletableFuture().join();
    assertEquals("2", QueryAnswer.read(answer).asUtf8());
  }

  @Test
  void aQueryThatTheMachineCannotAnswerSaysWhy() {
    Bytes answer = machine.query(Bytes.utf8("x")).toCompletableFuture().join();
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> QueryAnswer.read(answer));
    assertEquals("the machine cannot answer: nobody counted x", failure.getMessage());
  }

  @Test
  void whatWasNotStoredIsLeftToTheLog() {
    countMany("a");
    assertEquals(0, machine.storedIndex());
    reopen();
    assertEquals(0, machine.appliedIndex());
    assertEquals(0, counters.counts.size());
  }

  @Test
  void theStateComesBackAsItWasStoredLast() {
    countMany("a");
    save();
    long first = machine.storedIndex();
    countMany("b");
    save();
    Counters stored = counters;
    reopen();
    assertEquals(2 * first, machine.appliedIndex());
    assertEquals(machine.appliedIndex(), machine.storedIndex());
    assertEquals(stored.counts, counters.counts);
    count(machine, "c");
    reopen();
    assertEquals(stored.counts, counters.counts);
  }

  @Test
  void aLargeStateIsNotStoredAnewForALittle() {
    countMany("a");
    save();
    long stored = machine.storedIndex();
    count(machine, "little");
    machine.logIsLong(false);
    countMany("b");
    save();
    assertEquals(2 * stored + 1, machine.storedIndex());
  }

  @Test
  void aLargeStateIsStoredAnewForALittleIfTheLogHasNoRoom() {
    countMany("a");
    save();
    count(machine, "little");
    machine.logIsLong(true);
    await().until(() -> machine.storedIndex() == machine.appliedIndex());
    Counters stored = counters;
    reopen();
    assertEquals(stored.counts, counters.counts);
  }

  @Test
  void aStateThatGrewSmallerLeavesNothingBehind() {
    countMany("a");
    save();
    countMany("a");
    counters.counts.clear();
    count(machine, "only");
    save();
    reopen();
    assertEquals(1, counters.counts.size());
  }

  @Test
  void aCrashWhileStoringLeavesTheStateBefore() {
    countMany("a");
    save();
    Counters stored = counters;
    long index = machine.storedIndex();
    Path copy = null;
    for (int i = 0; i < 5; i++) {
      countMany("b" + i + "-");
      machine.logIsLong(false);
      copy = StoreFixtures.killedCopy(folder.resolve("here"), folder.resolve("copy"));
    }
    try (Store killed = Store.open(copy, StoreFixtures.settings())) {
      Counters found = new Counters();
      HeapMachine reopened = open(killed, found);
      assertEquals(0, reopened.appliedIndex() % index);
      assertEquals(reopened.appliedIndex(), 2L * found.counts.size());
      assertEquals(2, found.counts.get(stored.counts.keySet().iterator().next()));
    }
  }

  @Test
  void anotherReplicaTakesOverTheStateThatWasStoredLast() {
    countMany("a");
    save();
    Counters stored = new Counters();
    stored.counts.putAll(counters.counts);
    count(machine, "later");
    try (Store there = Store.open(folder.resolve("there"), StoreFixtures.settings())) {
      Counters target = new Counters();
      HeapMachine other = open(there, target);
      count(other, "stale");
      other.logIsLong(false);
      long index = install(other.beginInstall());
      assertEquals(machine.storedIndex(), index);
      assertEquals(index, other.appliedIndex());
      assertEquals(index, other.storedIndex());
      assertEquals(LABEL, other.label());
      assertEquals(stored.counts, target.counts);
      count(other, "later");
      assertEquals(counters.counts, target.counts);

      Counters again = new Counters();
      assertEquals(index, open(there, again).appliedIndex());
      assertEquals(stored.counts, again.counts);
    }
  }

  private long install(SnapshotWriter writer) {
    try (SnapshotReader reader = machine.openSnapshot()) {
      boolean last = false;
      while (!last) {
        SnapshotReader.Chunk chunk = reader.read(writer.nextOffset(), 5000);
        writer.write(writer.nextOffset(), chunk.bytes()).toCompletableFuture().join();
        last = chunk.last();
      }
    }
    return writer.finish(LABEL).toCompletableFuture().join();
  }

  @Test
  void aSaveTakesThePlaceOfAnInstallationThatIsNotComplete() {
    countMany("a");
    save();
    SnapshotWriter writer = machine.beginInstall();
    try (SnapshotReader reader = machine.openSnapshot()) {
      Bytes first = reader.read(0, 5000).bytes();
      writer.write(0, first).toCompletableFuture().join();
      countMany("mine");
      save();
      assertThrows(
          SnapshotWriter.SnapshotDamagedException.class,
          () -> writer.write(first.length(), reader.read(first.length(), 5000).bytes()));
    }
    Counters stored = counters;
    reopen();
    assertEquals(stored.counts, counters.counts);
  }

  @Test
  void aCommandThatTheMachineCannotApplyStopsIt() {
    assertThrows(IllegalStateException.class, () -> machine.apply(1, List.of(Counters.POISON)));
    assertThrows(IllegalStateException.class, () -> machine.apply(1, List.of(Bytes.utf8("a"))));
    assertThrows(IllegalStateException.class, () -> machine.advance(1));
    assertEquals(0, machine.appliedIndex());
  }

  @Test
  void entriesAreAppliedInTurnOnly() {
    assertThrows(IllegalStateException.class, () -> machine.apply(2, List.of()));
    assertThrows(IllegalStateException.class, () -> machine.advance(2));
  }
}
