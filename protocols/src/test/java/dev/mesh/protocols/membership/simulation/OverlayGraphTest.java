package dev.mesh.protocols.membership.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class OverlayGraphTest {
  @Test
  void aRingHasNoCutPoints() {
    OverlayGraph ring =
        new OverlayGraph(List.of(List.of(1, 3), List.of(0, 2), List.of(1, 3), List.of(2, 0)));
    assertEquals(1, ring.components().size());
    assertEquals(0, ring.cutPoints());
    assertEquals(List.of(0, 0, 4), ring.degrees());
  }

  @Test
  void theMiddleOfAChainAndTheHubOfAStarAreCutPoints() {
    OverlayGraph chain =
        new OverlayGraph(List.of(List.of(1), List.of(0, 2), List.of(1, 3), List.of(2)));
    assertEquals(2, chain.cutPoints());
    OverlayGraph star =
        new OverlayGraph(List.of(List.of(1, 2, 3), List.of(0), List.of(0), List.of(0)));
    assertEquals(1, star.cutPoints());
  }

  @Test
  void twoTrianglesThatShareOnePeerHangOnIt() {
    OverlayGraph bow =
        new OverlayGraph(
            List.of(
                List.of(1, 2), List.of(0, 2), List.of(0, 1, 3, 4), List.of(2, 4), List.of(2, 3)));
    assertEquals(1, bow.cutPoints());
  }

  @Test
  void componentsAreCountedTheLargestFirst() {
    OverlayGraph graph = new OverlayGraph(List.of(List.of(), List.of(2), List.of(1)));
    assertEquals(2, graph.components().size());
    assertEquals(2, graph.components().get(0).cardinality());
  }
}
