package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.membership.OverlaySimulation.Measured;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The overlay under loss, churn and the failure of many. Other seeds and more of them: {@link
 * Seeds}. The table of the documentation:
 *
 * <pre>mvn -B -pl protocols test -Dtest=OverlaySimulationTest -Dmesh.sim.peers=100,1000,10000</pre>
 */
class OverlaySimulationTest {
  private static final OverlaySettings SETTINGS = OverlaySettings.DEFAULT;
  private static final List<Integer> LOSSES = List.of(0, 5, 20);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 12})
  void fewPeersKeepAsManyConnectionsAsThereAre(int count) {
    OverlaySimulation mesh = new OverlaySimulation(count, 1, SETTINGS);
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
    OverlaySimulation mesh = new OverlaySimulation(seed, 1 + draws.below(4), SETTINGS);
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
    OverlaySimulation mesh = new OverlaySimulation(seed, 3, SETTINGS);
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
    OverlaySimulation mesh = new OverlaySimulation(seed, 2, SETTINGS);
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
  @EnabledIfSystemProperty(named = "mesh.sim.peers", matches = "[0-9,]+")
  void printsTheTable() {
    Stream.of(System.getProperty("mesh.sim.peers").split(","))
        .map(Integer::valueOf)
        .forEach(count -> LOSSES.forEach(loss -> System.out.println(row(count, loss))));
  }

  private static String row(int count, int loss) {
    OverlaySimulation mesh = new OverlaySimulation(1, 3, SETTINGS);
    mesh.loss(loss);
    mesh.join(3);
    int joining = 0;
    while (mesh.size() < count) {
      mesh.join(Math.min(count - mesh.size(), Math.max(10, mesh.size() / 4)));
      mesh.round();
      joining++;
    }
    int formed = mesh.roundsUntilRight(200);
    mesh.rounds(SETTINGS.maxAge());
    mesh.forgetTraffic();
    mesh.rounds(20);
    String traffic =
        "%.1f messages, %.0f bytes".formatted(mesh.messagesPerTurn(), mesh.bytesPerTurn());
    Measured steady = mesh.measure();
    mesh.kill(count / 3);
    Measured struck = mesh.measure();
    int whole = mesh.roundsUntilWhole(100);
    int right = whole + mesh.roundsUntilRight(200);
    return ("%d peers, %d%% loss: all joined in %d rounds, right %d later; %s a round; %s;"
            + " a third fails: %s; whole after %d rounds, right after %d: %s")
        .formatted(
            count, loss, joining, formed, traffic, steady, struck, whole, right, mesh.measure());
  }
}
