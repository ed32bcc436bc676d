package dev.mesh.protocols.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccusationsTest {

  @Test
  void nobodyIsLostWhomNobodyAccuses() {
    assertEquals(Set.of(), Accusations.lost(Map.<String, Set<String>>of()));
  }

  @Test
  void whomTheOthersAccuseIsLost() {
    assertEquals(Set.of("a"), Accusations.lost(Map.of("b", Set.of("a"), "c", Set.of("a"))));
  }

  @Test
  void whoAccusesAllTheOthersIsLostItself() {
    assertEquals(Set.of("a"), Accusations.lost(Map.of("a", Set.of("b", "c"))));
    assertEquals(
        Set.of("a"),
        Accusations.lost(Map.of("a", Set.of("b", "c"), "b", Set.of("a"), "c", Set.of("a"))));
  }

  @Test
  void theSmallerSideIsLostOnBoth() {
    Set<String> small = Set.of("a", "b");
    Set<String> large = Set.of("c", "d", "e");
    assertEquals(small, Accusations.lost(Map.of("c", small, "d", small, "e", small)));
    assertEquals(small, Accusations.lost(Map.of("a", large, "b", large)));
  }

  @Test
  void ofTwoThatLoseOneAnotherOneStays() {
    assertEquals(Set.of("b"), Accusations.lost(Map.of("a", Set.of("b"), "b", Set.of("a"))));
    assertEquals(Set.of("b"), Accusations.lost(Map.of("a", Set.of("b"))));
    assertEquals(Set.of("b"), Accusations.lost(Map.of("b", Set.of("a"))));
  }
}
