package dev.mesh.persistence.replicated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.GroupId;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.Persistence;
import org.junit.jupiter.api.Test;

class SlicesTest {
  @Test
  void slicesArePekkos() {
    ActorTestKit kit = ActorTestKit.create();
    try {
      Persistence persistence = Persistence.get(kit.system());
      for (int i = 0; i < 500; i++) {
        String id = "entity|" + i * 7919;
        assertEquals(persistence.sliceForPersistenceId(id), Slices.sliceOf(id));
      }
    } finally {
      kit.shutdownTestKit();
    }
  }

  @Test
  void groupsHaveEqualRangesOfSlices() {
    int[] ids = new int[4];
    for (int i = 0; i < 20_000; i++) {
      String id = "entity|" + i;
      GroupId group = Slices.groupOf(id, 4);
      assertEquals(1 + Slices.sliceOf(id) / 256, group.value());
      ids[group.value() - 1]++;
      assertEquals(new GroupId(1), Slices.groupOf(id, 1));
    }
    for (int count : ids) {
      assertTrue(count > 3000, "a group of " + count);
    }
    assertThrows(IllegalArgumentException.class, () -> Slices.groupOf("id", 0));
    assertThrows(IllegalArgumentException.class, () -> Slices.groupOf("id", 1025));
  }
}
