package dev.mesh.persistence.replicated.memory;

import static dev.mesh.persistence.replicated.memory.MemoryCommand.ABSENT;
import static dev.mesh.persistence.replicated.memory.MemoryCommand.ANY;
import static dev.mesh.persistence.replicated.memory.MemoryCommand.NEVER;
import static dev.mesh.persistence.replicated.memory.MemoryProbe.SPACE;
import static dev.mesh.persistence.replicated.memory.MemoryProbe.delete;
import static dev.mesh.persistence.replicated.memory.MemoryProbe.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.memory.MemoryAnswer.Status;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a group's memory comes to, and the bound that writes bring with them. */
class MemoryBoundTest {
  private static final long LOOSE = 1 << 20;

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

  private static Bytes bounded(String key, String value, long maxKeys, long maxBytes) {
    return put(key, ANY, NEVER, value, new MemoryBound(maxKeys, maxBytes));
  }

  private MemoryAnswer apply(Bytes command) {
    return probe.apply(command).get(0);
  }

  @Test
  void aKeyTooManyIsRefusedAndNothingElseIs() {
    assertEquals(Status.DONE, apply(bounded("a", "1", 2, LOOSE)).status());
    assertEquals(Status.DONE, apply(bounded("b", "1", 2, LOOSE)).status());
    List<Bytes> full = probe.dump();
    long applied = probe.machine.appliedIndex();
    assertEquals(new MemoryAnswer(Status.TOO_MANY_KEYS, 2), apply(bounded("c", "1", 2, LOOSE)));
    assertEquals(Optional.empty(), probe.get("c"));
    assertEquals(new MemoryTotals(2, 2, 2L * (SPACE.length() + 2)), probe.totals());
    assertEquals(full.size(), probe.dump().size());
    assertEquals(applied + 1, probe.machine.appliedIndex());
    assertEquals(Status.DONE, apply(bounded("a", "longer", 2, LOOSE)).status());
    assertEquals(Status.DONE, apply(delete("b", ANY)).status());
    assertEquals(Status.DONE, apply(bounded("c", "1", 2, LOOSE)).status());
  }

  @Test
  void bytesTooManyAreRefusedUnlessTheyBecomeFewer() {
    int name = SPACE.length() + 1;
    assertEquals(Status.DONE, apply(bounded("a", "12345", LOOSE, name + 5)).status());
    assertEquals(
        new MemoryAnswer(Status.TOO_MANY_BYTES, name + 5),
        apply(bounded("a", "123456", LOOSE, name + 5)));
    assertEquals(Status.DONE, apply(bounded("a", "54321", LOOSE, 1)).status());
    assertEquals(Status.DONE, apply(bounded("a", "1234", 0, 1)).status());
    assertEquals(Optional.of("1234"), probe.get("a"));
    assertEquals(new MemoryTotals(3, 1, name + 4), probe.totals());
  }

  @Test
  void whatIsNotAsExpectedIsSaidBeforeWhatDoesNotFit() {
    long version = probe.put("a", "1");
    MemoryBound none = new MemoryBound(0, 0);
    assertEquals(
        new MemoryAnswer(Status.MISMATCH, version), apply(put("a", ABSENT, NEVER, "123", none)));
    assertEquals(Status.TOO_MANY_BYTES, apply(put("a", version, NEVER, "123", none)).status());
    assertEquals(Status.DONE, apply(put("a", version, NEVER, "2", none)).status());
  }

  @Test
  void writesOfOneEntryAreCountedOneAfterTheOther() {
    List<Status> answers =
        probe
            .apply(
                bounded("a", "1", 1, LOOSE),
                bounded("b", "1", 1, LOOSE),
                delete("a", ANY),
                bounded("b", "1", 1, LOOSE))
            .stream()
            .map(MemoryAnswer::status)
            .toList();
    assertEquals(List.of(Status.DONE, Status.TOO_MANY_KEYS, Status.DONE, Status.DONE), answers);
  }

  @Test
  void anEarlierVersionsWriteHasNoBound() {
    Bytes unbound =
        new BinaryWriter(64)
            .u8(MemoryCommand.FORMAT)
            .u8(MemoryCommand.Put.KIND_UNBOUND)
            .text(SPACE)
            .text("a")
            .i64(ANY)
            .i64(NEVER)
            .bytes(Bytes.utf8("1"))
            .done();
    assertEquals(new MemoryAnswer(Status.DONE, 1), apply(unbound));
    assertEquals(Optional.of("1"), probe.get("a"));
  }

  @Test
  void whatAnEarlierVersionStoredIsCounted() {
    probe.put("a", "12345");
    probe.put("b", "12");
    MemoryTotals counted = probe.totals();
    GroupStore state = GroupStore.open(store, new GroupId(1), 1, LOOSE);
    var changes = state.changes();
    changes.put(MemoryKeys.totals(), new BinaryWriter(Long.BYTES).i64(counted.revision()).done());
    state.commit(state.appliedIndex() + 1, changes);
    state.barrier().toCompletableFuture().join();
    probe = new MemoryProbe(store);
    assertEquals(counted, probe.totals());
    probe.apply(delete("b", ANY));
    assertEquals(
        new MemoryTotals(counted.revision() + 1, 1, SPACE.length() + 1 + 5), probe.totals());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void totalsAreWhatIsThereThroughCrashesAndSnapshots(long seed) {
    RandomGenerator draws = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    Set<Status> seen = EnumSet.noneOf(Status.class);
    Path copy = folder.resolve("copy");
    int crashAt = draws.nextInt(200);
    for (int i = 0; i < 400; i++) {
      probe
          .apply(
              draws.ints(1 + draws.nextInt(3)).mapToObj(x -> command(draws)).toArray(Bytes[]::new))
          .forEach(answer -> seen.add(answer.status()));
      assertCounted(probe);
      if (i == crashAt) {
        StoreFixtures.killedCopy(folder.resolve("store"), copy);
      }
    }
    assertTrue(
        seen.containsAll(
            Set.of(Status.DONE, Status.MISMATCH, Status.TOO_MANY_KEYS, Status.TOO_MANY_BYTES)),
        seen::toString);
    try (Store there = Store.open(copy, StoreFixtures.settings())) {
      MemoryProbe recovered = new MemoryProbe(there);
      assertCounted(recovered);
      recovered.install(probe.dump());
      assertEquals(probe.totals(), recovered.totals());
      for (int i = 0; i < 50; i++) {
        Bytes command = command(draws);
        assertEquals(probe.apply(command), recovered.apply(command));
      }
      assertCounted(recovered);
      assertEquals(probe.totals(), recovered.totals());
    }
  }

  private static void assertCounted(MemoryProbe probe) {
    var all = probe.list("", "", Integer.MAX_VALUE).entries();
    long bytes =
        all.stream()
            .mapToLong(
                found ->
                    SPACE.length()
                        + Bytes.utf8(found.key()).length()
                        + found.entry().value().length())
            .sum();
    MemoryTotals totals = probe.totals();
    assertEquals(new MemoryTotals(totals.revision(), all.size(), bytes), totals);
  }

  /** Within a bound that differs from command to command, as peers' configuration may. */
  private static Bytes command(RandomGenerator draws) {
    String key = "ü".repeat(1 + draws.nextInt(12));
    long expected = draws.nextInt(4) > 0 ? ANY : draws.nextInt(40);
    MemoryBound bound = new MemoryBound(4 + draws.nextInt(4), 100 + draws.nextInt(200));
    String value = "v".repeat(draws.nextInt(60));
    return switch (draws.nextInt(6)) {
      case 0 -> delete(key, expected);
      case 1 ->
          new MemoryCommand.Expire(
                  60, List.of(new MemoryCommand.Due(SPACE, key, draws.nextInt(400))))
              .encode();
      case 2 -> put(key, expected, 1 + draws.nextInt(50), value, bound);
      default -> put(key, expected, NEVER, value, bound);
    };
  }
}
