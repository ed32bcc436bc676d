package dev.mesh.protocols.sim;

import dev.mesh.protocols.Draws;
import java.util.List;
import java.util.Random;

/** Draws that one seed decides. */
public final class SeededDraws implements Draws {
  private final Random random;

  public SeededDraws(long seed) {
    this.random = new Random(seed * 0x9E3779B97F4A7C15L + seed);
  }

  @Override
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** True in about {@code percent} of 100 draws. */
  public boolean chance(int percent) {
    return below(100) < percent;
  }

  /** One of these, each as likely as another. */
  public <T> T any(List<T> of) {
    return of.get(below(of.size()));
  }

  /** A source of its own, so that what one part draws does not shift the draws of another. */
  public SeededDraws fork() {
    return new SeededDraws(random.nextLong());
  }
}
