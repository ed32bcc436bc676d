package dev.mesh.protocols;

import java.util.ArrayList;
import java.util.List;

/**
 * The randomness that a core is given. A simulation passes a seeded source, so that one seed
 * replays one run; a living peer passes a well-seeded generator. Implementations need not be
 * thread-safe: a core is used by one thread at a time.
 */
@FunctionalInterface
public interface Draws {
  /** A uniform draw from {@code [0, bound)}; {@code bound} is at least 1. */
  int below(int bound);

  /** A uniform draw from {@code [low, high]}; {@code low <= high}. */
  default long between(long low, long high) {
    long width = high - low + 1;
    if (width <= Integer.MAX_VALUE) {
      return low + below((int) width);
    }
    long draw = ((long) below(Integer.MAX_VALUE) << 31) | below(Integer.MAX_VALUE);
    return low + Math.floorMod(draw, width);
  }

  /** A uniform draw from {@code [0, 1)}. */
  default double unit() {
    return below(1 << 30) / (double) (1 << 30);
  }

  /** At most {@code count} distinct members of {@code from}, in random order. */
  default <T> List<T> sample(List<T> from, int count) {
    List<T> pool = new ArrayList<>(from);
    int size = Math.min(count, pool.size());
    for (int i = 0; i < size; i++) {
      int j = i + below(pool.size() - i);
      T swapped = pool.get(i);
      pool.set(i, pool.get(j));
      pool.set(j, swapped);
    }
    return List.copyOf(pool.subList(0, size));
  }
}
