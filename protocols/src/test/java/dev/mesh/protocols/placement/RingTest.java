package dev.mesh.protocols.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingTest {
  private static final int KEYS = 20_000;

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 20})
  void sharesAreAboutEqual(int peers) {
    Ring ring = Ring.of(zones(peers, 1));
    Map<PeerId, Integer> shares = new HashMap<>();
    for (int i = 0; i < KEYS; i++) {
      shares.merge(ring.owner("key-" + i).orElseThrow(), 1, Integer::sum);
    }
    double mean = (double) KEYS / peers;
    assertEquals(peers, shares.size());
    shares
        .values()
        .forEach(share -> assertTrue(share > mean * 0.65 && share < mean * 1.4, "" + shares));
  }

  @Test
  void aNewPeerTakesItsShareAndNothingElseMoves() {
    Ring before = Ring.of(zones(9, 1));
    Ring after = Ring.of(zones(10, 1));
    PeerId added = new PeerId("p9");
    int moved = 0;
    for (int i = 0; i < KEYS; i++) {
      PeerId now = after.owner("key-" + i).orElseThrow();
      if (!now.equals(before.owner("key-" + i).orElseThrow())) {
        assertEquals(added, now);
        moved++;
      }
    }
    assertTrue(moved > 0 && moved < KEYS * 0.16, moved + " of " + KEYS);
  }

  @Test
  void copiesAreDistinctAndSpreadOverZones() {
    Map<PeerId, String> zones = zones(9, 3);
    Ring ring = Ring.of(zones);
    for (int i = 0; i < 500; i++) {
      List<PeerId> copies = ring.successors("key-" + i, 4);
      assertEquals(ring.owner("key-" + i).orElseThrow(), copies.get(0));
      assertEquals(4, new HashSet<>(copies).size());
      assertEquals(3, copies.stream().limit(3).map(zones::get).distinct().count());
    }
  }

  @Test
  void aSmallRingGivesWhatItHas() {
    assertEquals(2, Ring.of(zones(2, 1)).successors("key", 3).size());
    Ring empty = Ring.of(Map.of());
    assertEquals(Optional.empty(), empty.owner("key"));
    assertEquals(List.of(), empty.successors("key", 3));
    assertThrows(IllegalArgumentException.class, () -> Ring.of(Map.of(), 0));
  }

  @Test
  void theHashIsTheSameInEveryRelease() {
    assertTrue(StableHash.of("a", "b") != StableHash.of("ab"));
    assertEquals(-3171905351313363429L, StableHash.of("task-1", "peer-1"));
  }

  private static Map<PeerId, String> zones(int peers, int zones) {
    Map<PeerId, String> result = new HashMap<>();
    for (int i = 0; i < peers; i++) {
      result.put(new PeerId("p" + i), "zone-" + i % zones);
    }
    return result;
  }
}
