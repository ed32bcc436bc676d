package dev.mesh.replication.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.GroupId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RestsTest {
  private static final GroupId ONE = new GroupId(1);
  private static final GroupId TWO = new GroupId(2);

  private final Rests rests = new Rests(500);

  @Test
  void afterEachFailureAGroupRestsForLongerUpToABound() {
    for (long pause : new long[] {1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000}) {
      rests.failed(ONE, 10);
      assertEquals(Set.of(ONE), rests.resting(10 + pause - 1));
      assertEquals(Set.of(), rests.resting(10 + pause));
    }
    rests.succeeded(ONE);
    rests.failed(ONE, 10);
    assertEquals(Set.of(), rests.resting(1010));
  }

  @Test
  void afterATransferTheLeaderStaysForAWhile() {
    assertTrue(rests.mayMoveLeader(ONE, 0));
    rests.transferred(ONE, 10);
    assertFalse(rests.mayMoveLeader(ONE, 509));
    assertTrue(rests.mayMoveLeader(TWO, 509));
    assertTrue(rests.mayMoveLeader(ONE, 510));
    assertEquals(Set.of(), rests.resting(10));
  }
}
