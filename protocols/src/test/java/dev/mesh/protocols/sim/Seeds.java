package dev.mesh.protocols.sim;

import java.util.function.LongUnaryOperator;

/**
 * Runs a simulation for many seeds. {@code -Dmesh.sim.seeds=N} says how many, {@code
 * -Dmesh.sim.first=F} where to begin (1, if it is not said), {@code -Dmesh.sim.seed=S} replays one.
 */
public final class Seeds {
  private Seeds() {}

  /**
   * Every tenth seed is run twice: a simulation that one seed does not decide is worth nothing.
   *
   * @param usual how many seeds, where the command line does not say
   * @param simulation takes a seed and returns a hash of all that happened
   */
  public static void run(int usual, LongUnaryOperator simulation) {
    Long only = Long.getLong("mesh.sim.seed");
    long first = only == null ? Long.getLong("mesh.sim.first", 1) : only;
    long last = only == null ? first + Long.getLong("mesh.sim.seeds", usual) - 1 : only;
    for (long seed = first; seed <= last; seed++) {
      long trace = trace(seed, simulation);
      if ((seed % 10 == 0 || only != null) && trace != trace(seed, simulation)) {
        throw new AssertionError("seed " + seed + " does not replay: two runs differ");
      }
    }
  }

  private static long trace(long seed, LongUnaryOperator simulation) {
    try {
      return simulation.applyAsLong(seed);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed " + seed + " fails (replay it with -Dmesh.sim.seed=" + seed + "): " + e, e);
    }
  }
}
