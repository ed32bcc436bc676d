package dev.mesh.persistence.replicated.memory;

import static dev.mesh.persistence.replicated.memory.MemoryCommand.ABSENT;
import static dev.mesh.persistence.replicated.memory.MemoryCommand.ANY;
import static dev.mesh.persistence.replicated.memory.MemoryProbe.SPACE;
import static dev.mesh.persistence.replicated.memory.MemoryProbe.delete;
import static dev.mesh.persistence.replicated.memory.MemoryProbe.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.memory.MemoryAnswer.Status;
import dev.mesh.persistence.replicated.memory.MemoryChange.Kind;
import dev.mesh.persistence.replicated.memory.MemoryQuery.ChangesPage;
import dev.mesh.persistence.replicated.memory.MemoryQuery.Page;
import dev.mesh.protocols.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryMachineTest {
  @TempDir Path folder;

  private Store store;
  private MemoryProbe probe;

  @BeforeEach
  void open() {
    store = Store.open(folder.resolve("store"), StoreFixtures.settings());
    probe = new MemoryProbe(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aVersionGrowsWithEveryWriteAndNeverComesBack() {
    long first = probe.put("k", "a");
    long second = probe.put("k", "b");
    assertTrue(second > first);
    assertEquals(second, probe.entry("k").orElseThrow().version());
    long deleted = probe.apply(delete("k", second)).get(0).version();
    assertEquals(Optional.empty(), probe.get("k"));
    assertTrue(deleted > second);
    assertTrue(probe.put("k", "c") > deleted);
  }

  @Test
  void commandsOfOneEntrySeeOneAnother() {
    List<MemoryAnswer> answers =
        probe.apply(put("k", ABSENT, "a"), put("k", ABSENT, "b"), delete("k", 1), delete("k", ANY));
    assertEquals(
        List.of(
            new MemoryAnswer(Status.DONE, 1),
            new MemoryAnswer(Status.MISMATCH, 1),
            new MemoryAnswer(Status.DONE, 2),
            new MemoryAnswer(Status.NOT_FOUND, 0)),
        answers);
  }

  @Test
  void whatIsNotAsExpectedIsLeftAndItsVersionSaid() {
    long version = probe.put("k", "a");
    MemoryAnswer mismatch = new MemoryAnswer(Status.MISMATCH, version);
    assertEquals(mismatch, probe.apply(put("k", version + 1, "x")).get(0));
    assertEquals(mismatch, probe.apply(delete("k", version + 1)).get(0));
    assertEquals(
        new MemoryAnswer(Status.MISMATCH, ABSENT), probe.apply(put("other", version, "x")).get(0));
    assertEquals(Optional.of("a"), probe.get("k"));
    assertEquals(Status.DONE, probe.apply(put("k", version, "b")).get(0).status());
    assertEquals(Optional.of("b"), probe.get("k"));
  }

  @Test
  void damagedCommandsAreAnsweredAndUnknownOnesStopTheMachine() {
    Bytes good = put("k", ANY, "a");
    assertEquals(Status.DAMAGED, probe.apply(good.slice(0, good.length() - 1)).get(0).status());
    byte[] later = good.toArray();
    later[0]++;
    assertThrows(IllegalStateException.class, () -> probe.apply(Bytes.wrap(later)));
    assertThrows(IllegalStateException.class, () -> probe.apply(good));
  }

  @Test
  void anEntryStaysUntilAnExpiryNamesIt() {
    probe.apply(put("soon", ANY, 100, "a"), put("late", ANY, 200, "b"), put("ever", ANY, "c"));
    assertEquals(List.of(), probe.due(99));
    List<MemoryCommand.Due> due = probe.due(100);
    assertEquals(List.of(new MemoryCommand.Due(SPACE, "soon", 1)), due);
    assertEquals(Optional.of("a"), probe.get("soon"));
    assertEquals(0, expire(99, due));
    assertEquals(1, expire(100, due));
    assertEquals(0, expire(100, due));
    assertEquals(List.of("ever", "late"), probe.keys(""));
    assertEquals(Kind.EXPIRE, probe.changes("", 3).changes().get(0).kind());
  }

  private long expire(long now, List<MemoryCommand.Due> due) {
    return probe.apply(new MemoryCommand.Expire(now, due).encode()).get(0).version();
  }

  @Test
  void aWriteReplacesTheTimeToLive() {
    probe.apply(put("k", ANY, 100, "a"));
    List<MemoryCommand.Due> due = probe.due(100);
    probe.put("k", "b");
    assertEquals(0, expire(1000, due));
    assertEquals(List.of(), probe.due(1000));
    assertEquals(Optional.of("b"), probe.get("k"));
    probe.apply(put("k", ANY, 100, "c"), delete("k", ANY));
    assertEquals(List.of(), probe.due(1000));
  }

  @Test
  void keysAreListedByPrefixInTheOrderOfTheirBytes() {
    for (String key : List.of("a", "a/b", "a/ü", "a/z", "b", "a\uffff", "a\ud83d\ude00")) {
      probe.put(key, key);
    }
    probe.apply(
        new MemoryCommand.Put("spac", "ea", ANY, MemoryCommand.NEVER, Bytes.EMPTY, MemoryBound.NONE)
            .encode());
    assertEquals(
        List.of("a", "a/b", "a/z", "a/ü", "a\uffff", "a\ud83d\ude00", "b"), probe.keys(""));
    assertEquals(List.of("a/b", "a/z", "a/ü"), probe.keys("a/"));
    Page page = probe.list("a/", "a/b", 1);
    assertEquals("a/z", page.entries().get(0).key());
    assertTrue(page.more());
    assertFalse(probe.list("a/", "a/z", 1).more());
    assertEquals("a/b", probe.list("a/", "A", 1).entries().get(0).key());
  }

  @Test
  void aPageOfBytesHoldsOneEntryAtLeast() {
    probe.put("a", "x".repeat(1000));
    probe.put("b", "x".repeat(1000));
    Page page = Page.decode(probe.ask(new MemoryQuery.Entries(SPACE, "", "", 10, 100)));
    assertEquals(1, page.entries().size());
    assertTrue(page.more());
  }

  @Test
  void changesAreToldInOrderEachKeyAsItIs() {
    probe.put("x/a", "1");
    probe.put("y", "other");
    long third = probe.put("x/b", "1");
    assertEquals(List.of("x/a", "x/b"), changed(probe.changes("x/", 0)));
    probe.put("x/a", "2");
    probe.apply(delete("x/b", ANY));
    ChangesPage all = probe.changes("x/", 0);
    assertEquals(List.of("x/a", "x/b"), changed(all));
    assertEquals("2", all.changes().get(0).entry().orElseThrow().value().asUtf8());
    assertEquals(Kind.DELETE, all.changes().get(1).kind());
    assertEquals(all.changes(), probe.changes("x/", third).changes());
    assertEquals(5, all.upTo());
    assertEquals(List.of(), probe.changes("x/", all.upTo()).changes());
  }

  private static List<String> changed(ChangesPage page) {
    return page.changes().stream().map(MemoryChange::key).toList();
  }

  @Test
  void aWatcherThatIsTooFarBehindIsTold() {
    Bytes[] commands = new Bytes[MemoryMachine.CHANGES_KEPT + 1];
    for (int i = 0; i < commands.length; i++) {
      commands[i] = put("k", ANY, "v");
    }
    probe.apply(commands);
    assertFalse(probe.changes("", 1).behind());
    assertEquals(
        commands.length,
        MemoryQuery.Page.decode(probe.ask(new MemoryQuery.Entries(SPACE, "", "", 1, 100)))
            .revision());
    assertTrue(probe.changes("", 0).behind());
    assertEquals(commands.length, probe.changes("", 0).upTo());
  }

  @Test
  void aQueryThatIsNotUnderstoodFailsAlone() {
    var answer = probe.machine.query(Bytes.wrap(new byte[] {0x11, 99})).toCompletableFuture();
    assertThrows(CompletionException.class, answer::join);
    var another = probe.machine.query(Bytes.wrap(new byte[] {0x71})).toCompletableFuture();
    assertThrows(CompletionException.class, another::join);
    assertEquals(1, probe.put("k", "a"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void replayAfterACrashAndASnapshotElsewhereAreExact(long seed) {
    RandomGenerator draws = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int entries = 300;
    int crashAt = draws.nextInt(entries);
    List<Bytes[]> log = new ArrayList<>();
    Path copy = folder.resolve("copy");
    for (int i = 0; i < entries; i++) {
      log.add(draws.ints(1 + draws.nextInt(3)).mapToObj(x -> command(draws)).toArray(Bytes[]::new));
      probe.apply(log.get(i));
      if (i == crashAt) {
        StoreFixtures.killedCopy(folder.resolve("store"), copy);
      }
    }
    List<Bytes> expected = probe.dump();
    try (Store there = Store.open(copy, StoreFixtures.settings())) {
      MemoryProbe recovered = new MemoryProbe(there);
      int done = (int) recovered.machine.appliedIndex();
      assertTrue(done <= crashAt + 1, done + " of " + crashAt);
      log.subList(done, entries).forEach(recovered::apply);
      assertEquals(expected, recovered.dump());
    }
    try (Store there = Store.open(folder.resolve("other"), StoreFixtures.settings())) {
      MemoryProbe other = new MemoryProbe(there);
      other.put("stale", "x");
      other.install(expected);
      assertEquals(Optional.empty(), other.get("stale"));
      assertEquals(probe.put("after", "x"), other.put("after", "x"));
      assertEquals(probe.dump(), other.dump());
    }
  }

  private static Bytes command(RandomGenerator draws) {
    String key = "k" + draws.nextInt(8);
    long expected = draws.nextBoolean() ? ANY : draws.nextInt(20);
    return switch (draws.nextInt(4)) {
      case 0 -> delete(key, expected);
      case 1 -> put(key, expected, 1 + draws.nextInt(50), "v" + draws.nextInt());
      case 2 ->
          new MemoryCommand.Expire(
                  draws.nextInt(60), List.of(new MemoryCommand.Due(SPACE, key, draws.nextInt(400))))
              .encode();
      default -> put(key, expected, "v" + draws.nextInt());
    };
  }
}
