package dev.mesh.protocols.membership.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.simulation.DetectionSimulation.Setup;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The demands on detection, over seeds. More, and larger:
 *
 * <pre>
 * mvn -B -pl protocols test -Dtest=DetectionFiguresTest -Dmesh.sim.seeds=200 -Dmesh.sim.peers=1000
 * </pre>
 */
class DetectionFiguresTest {
  private static final HeartbeatSettings DEFAULTS =
      new HeartbeatSettings(Duration.ofSeconds(3), Duration.ofSeconds(10), 9, 8, 4);
  private static final int PEERS = Integer.getInteger("mesh.sim.peers", 100);

  private static DetectionFigures measure(int peers, double loss, double slow, long seed) {
    return DetectionFigures.measure(
        new Setup(peers, loss, slow, DEFAULTS),
        Duration.ofMinutes(2),
        Math.max(1, peers / 50),
        new SeededDraws(seed),
        message -> 100 + 67 * message.updates().size());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.05, 0", "0, 0.05"})
  void crashesAreFoundInTimeAndNobodyElseIsCondemned(double loss, double slow) {
    Duration inTime = DEFAULTS.timeout().plus(DEFAULTS.interval().multipliedBy(2));
    Seeds.run(
        3,
        seed -> {
          DetectionFigures figures = measure(PEERS, loss, slow, seed);
          assertEquals(0, figures.falseFailures(), figures.toString());
          assertEquals(0, figures.unknown(), figures.toString());
          Duration longest = figures.confirmed().orElseThrow().longest();
          assertTrue(longest.compareTo(inTime) <= 0, figures.toString());
          return figures.hashCode();
        });
  }

  @Test
  void underHeavyLossCrashesAreKnownEverywhereToo() {
    Seeds.run(
        3,
        seed -> {
          DetectionFigures figures = measure(PEERS, 0.2, 0, seed);
          assertEquals(0, figures.unknown(), figures.toString());
          return figures.hashCode();
        });
  }

  @Test
  void theTrafficOfAPeerDoesNotGrowWithTheMesh() {
    DetectionFigures small = measure(50, 0, 0, 1);
    DetectionFigures large = measure(400, 0, 0, 1);
    assertTrue(large.bytes() < 1.1 * small.bytes(), small + " " + large);
    assertTrue(large.busiest() < 1.1 * small.busiest(), small + " " + large);
  }
}
