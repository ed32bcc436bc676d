package dev.mesh.protocols.membership.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.membership.OverlaySettings;
import dev.mesh.protocols.membership.simulation.OverlaySimulation.Measured;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The overlay under loss, churn and the failure of many. Other seeds and more of them: {@link
 * Seeds}. Large meshes: {@code mesh bench gossip}.
 */
class OverlaySimulationTest {
  private static final OverlaySettings SETTINGS = OverlaySettings.DEFAULT;
  private static final List<Integer> LOSSES = List.of(0, 5, 20);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 12})
  void fewPeersKeepAsManyConnectionsAsThereAre(int count) {
    OverlaySimulation mesh = simulation(count, 1);
    mesh.join(count);
    mesh.rounds(30);
    Measured measured = mesh.measure();
    assertTrue(measured.isRight(), measured::toString);
    int least = Math.min(SETTINGS.wantedNeighbours(), count - 1);
    assertTrue(
        measured.degrees().subList(0, least).stream().allMatch(it -> it == 0), measured::toString);
  }

  @Test
  void theMeshHoldsTogetherWhenAThirdFailsAtOnce() {
    Seeds.run(10, OverlaySimulationTest::aThirdFails);
  }

  private static long aThirdFails(long seed) {
    SeededDraws draws = new SeededDraws(seed);
    int count = (int) draws.between(30, 250);
    OverlaySimulation mesh = simulation(seed, 1 + draws.below(4));
    mesh.loss(draws.any(LOSSES));
    mesh.join(count);
    assertTrue(mesh.roundsUntilRight(80) < 80, () -> "never right: " + mesh.measure());
    mesh.rounds(SETTINGS.maxAge());
    mesh.kill(count / 3);
    Measured before = mesh.measure();
    assertTrue(before.largest() > 0.8, () -> "in pieces at once: " + before);
    assertTrue(mesh.roundsUntilWhole(20) < 20, () -> "never whole again: " + mesh.measure());
    assertTrue(mesh.roundsUntilRight(120) < 120, () -> "never right again: " + mesh.measure());
    return mesh.trace();
  }

  @Test
  void underChurnWhoHasJoinedStaysConnected() {
    Seeds.run(5, OverlaySimulationTest::churn);
  }

  private static long churn(long seed) {
    SeededDraws draws = new SeededDraws(seed);
    OverlaySimulation mesh = simulation(seed, 3);
    mesh.loss(draws.any(LOSSES));
    mesh.join(150);
    mesh.rounds(40);
    for (int round = 0; round < 100; round++) {
      mesh.join(1);
      mesh.kill(1);
      mesh.round();
      Measured measured = mesh.measure();
      assertTrue(measured.cutOff() <= 2, () -> "cut off under churn: " + measured);
    }
    assertTrue(mesh.roundsUntilRight(120) < 120, () -> "never right again: " + mesh.measure());
    return mesh.trace();
  }

  @Test
  void halvesThatHaveForgottenEachOtherComeTogetherThroughTheSeeds() {
    Seeds.run(3, OverlaySimulationTest::heal);
  }

  private static long heal(long seed) {
    OverlaySimulation mesh = simulation(seed, 2);
    mesh.join(80);
    mesh.rounds(40);
    mesh.cut(true);
    mesh.rounds(2 * SETTINGS.maxAge());
    assertEquals(2, mesh.measure().components());
    mesh.cut(false);
    assertTrue(mesh.roundsUntilRight(100) < 100, () -> "never healed: " + mesh.measure());
    return mesh.trace();
  }

  @Test
  void figuresAreThoseOfTheSeedAndTheMeshHoldsTogether() {
    OverlayFigures figures = figures();
    assertEquals(figures, figures());
    assertTrue(figures.largestWhenStruck() > 0.9, figures::toString);
    assertTrue(figures.connectedUnderChurn() > 0.9, figures::toString);
    assertTrue(figures.wholeAfter().orElseThrow() <= 20, figures::toString);
  }

  private static OverlayFigures figures() {
    return OverlayFigures.measure(
        new OverlayFigures.Setup(200, 3, 5, SETTINGS), new SeededDraws(1), message -> 100);
  }

  private static OverlaySimulation simulation(long seed, int zones) {
    return new OverlaySimulation(new SeededDraws(seed), zones, SETTINGS, message -> 1);
  }
}
