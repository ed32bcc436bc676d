package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.sim.Seeds;
import org.junit.jupiter.api.Test;

/** Raft's promises under loss, delay, doubling, reordering, partitions and crashes. */
class RaftSimulationTest {
  private static final int SEEDS = 2_000;

  private long acknowledged;
  private long reads;
  private long snapshots;

  @Test
  void keepsItsPromisesWhateverHappens() {
    Seeds.run(SEEDS, this::simulate);
    assertTrue(acknowledged > 0, "nothing was acknowledged: the simulation tests nothing");
    assertTrue(reads > 0, "no read was answered: the simulation tests nothing");
    if (Long.getLong("mesh.sim.seed") == null) {
      assertTrue(snapshots > 0, "no snapshot was installed: the simulation tests too little");
    }
    System.out.printf(
        "raft: %d acknowledged, %d reads, %d snapshots%n", acknowledged, reads, snapshots);
  }

  private long simulate(long seed) {
    RaftSimulation simulation = new RaftSimulation(seed);
    long trace = simulation.run();
    acknowledged += simulation.oracle().acknowledged();
    reads += simulation.oracle().readsDone();
    snapshots += simulation.oracle().snapshotsInstalled();
    return trace;
  }
}
