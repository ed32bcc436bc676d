package dev.mesh.persistence.replicated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompositeMachineTest {
  @TempDir Path folder;

  private static CompositeMachine open(Store store, int... numbers) {
    List<Function<GroupStore, MachinePart>> parts =
        Arrays.stream(numbers)
            .<Function<GroupStore, MachinePart>>mapToObj(
                number -> shared -> new CountingPart(number, shared))
            .toList();
    return CompositeMachine.open(store, new GroupId(1), ForkJoinPool.commonPool(), 1 << 20, parts);
  }

  private static Bytes to(int part, int what) {
    return Bytes.wrap(new byte[] {(byte) (part << 4 | 1), (byte) what});
  }

  private static String ask(StateMachine machine, int part) {
    return machine.query(to(part, 0)).toCompletableFuture().join().asUtf8();
  }

  @Test
  void eachPartHasItsOwnCommandsAndAllChangesOfAnEntryAreOneBatch() {
    Path copy = folder.resolve("copy");
    try (Store store = Store.open(folder.resolve("store"), StoreFixtures.settings())) {
      CompositeMachine machine = open(store, 0, 3, 15);
      List<Bytes> answers = machine.apply(1, List.of(to(3, 1), to(15, 2), to(3, 4), to(0, 5)));
      assertEquals(List.of("1", "2", "14", "5"), answers.stream().map(Bytes::asUtf8).toList());
      for (int i = 2; i < 50; i++) {
        machine.apply(i, List.of(to(0, 1), to(3, 1), to(15, 1)));
      }
      StoreFixtures.killedCopy(folder.resolve("store"), copy);
    }
    try (Store store = Store.open(copy, StoreFixtures.settings())) {
      CompositeMachine machine = open(store, 0, 3, 15);
      int entries = (int) machine.appliedIndex();
      assertEquals(entries, ask(machine, 0).length());
      assertEquals(entries, ask(machine, 15).length());
      assertEquals(entries + (entries > 0 ? 1 : 0), ask(machine, 3).length());
    }
  }

  @Test
  void aCommandForNobodyStopsTheMachineForGood() {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      CompositeMachine machine = open(store, 0, 3);
      List<Bytes> unknown = List.of(to(0, 1), to(4, 1));
      IllegalStateException refusal =
          assertThrows(IllegalStateException.class, () -> machine.apply(1, unknown));
      assertTrue(refusal.getMessage().contains("[0, 2, 3]"), refusal.getMessage());
      assertThrows(IllegalStateException.class, () -> machine.apply(1, List.of(to(0, 1))));
      assertEquals(0, machine.appliedIndex());
      assertEquals("", ask(open(store, 0, 3), 0));
    }
  }

  @Test
  void twoPartsCannotShareANumber() {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      assertThrows(IllegalArgumentException.class, () -> open(store, 3, 3));
    }
  }
}
