package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatchRingsTest {
  private static List<PeerId> peers(int count) {
    return IntStream.range(0, count).mapToObj(i -> new PeerId("p" + i)).toList();
  }

  @Test
  void inASmallMeshAllWatchAll() {
    WatchRings rings = WatchRings.of(peers(10), 9);
    assertTrue(rings.allWatchAll());
    for (PeerId peer : peers(10)) {
      assertEquals(9, rings.observersOf(peer).size());
      assertEquals(rings.observersOf(peer), rings.watchedBy(peer));
    }
  }

  @Test
  void inALargeOneEachIsWatchedByABoundedNumberAndWatchesAsMany() {
    WatchRings rings = WatchRings.of(peers(1000), 9);
    for (PeerId peer : peers(1000)) {
      List<PeerId> observers = rings.observersOf(peer);
      assertTrue(observers.size() >= 6 && observers.size() <= 9, observers.toString());
      assertTrue(rings.watchedBy(peer).size() <= 9);
      observers.forEach(by -> assertTrue(rings.watchedBy(by).contains(peer)));
    }
  }

  @Test
  void whoHasTheSameSetHasTheSameRings() {
    List<PeerId> shuffled = new ArrayList<>(peers(100));
    Collections.reverse(shuffled);
    WatchRings one = WatchRings.of(peers(100), 9);
    WatchRings other = WatchRings.of(shuffled, 9);
    peers(100).forEach(p -> assertEquals(one.observersOf(p), other.observersOf(p)));
  }

  @Test
  void fromAnyPeerNewsReachesAllInFewHops() {
    WatchRings rings = WatchRings.of(peers(1000), 9);
    Set<PeerId> told = new HashSet<>(Set.of(peers(1).get(0)));
    for (int hop = 0; hop < 4; hop++) {
      for (PeerId peer : Set.copyOf(told)) {
        told.addAll(rings.observersOf(peer));
        told.addAll(rings.watchedBy(peer));
      }
    }
    assertEquals(1000, told.size());
  }

  @Test
  void aStrangerIsWatchedByNobody() {
    WatchRings rings = WatchRings.of(peers(3), 9);
    assertEquals(List.of(), rings.observersOf(new PeerId("stranger")));
    assertEquals(List.of(), WatchRings.NONE.watchedBy(new PeerId("stranger")));
  }
}
