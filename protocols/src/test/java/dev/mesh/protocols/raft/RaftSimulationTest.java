package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.sim.Seeds;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Raft's promises under loss, delay, doubling, reordering, partitions and crashes, while members
 * come and go, leaders hand over, and clocks run apart ({@link Scenario.Theme}). A soak of 50,000
 * seeds takes about ten minutes:
 *
 * <pre>
 * mvn -B -pl protocols test -Dtest=RaftSimulationTest -Dmesh.sim.seeds=50000
 * </pre>
 */
class RaftSimulationTest {
  private static final int SEEDS = 1_600;

  /** What must happen in all the seeds together, or the simulation tests too little. */
  private static final List<String> HAPPENINGS =
      List.of(
          "acknowledged",
          "reads",
          "snapshots",
          "changes",
          "transfers",
          "sessions expired",
          "full logs");

  private final Map<String, Integer> counts = new TreeMap<>();

  @Test
  void keepsItsPromisesWhateverHappens() {
    Seeds.run(SEEDS, this::simulate);
    System.out.println("raft: " + counts);
    if (Long.getLong("mesh.sim.seed") == null) {
      for (String happening : HAPPENINGS) {
        assertTrue(counts.getOrDefault(happening, 0) > 0, "no " + happening);
      }
    }
  }

  private long simulate(long seed) {
    RaftSimulation simulation = new RaftSimulation(seed);
    long trace = simulation.run();
    simulation.oracle().counts().forEach((what, count) -> counts.merge(what, count, Integer::sum));
    return trace;
  }
}
