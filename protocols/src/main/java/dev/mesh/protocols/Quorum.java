package dev.mesh.protocols;

import java.util.Arrays;

/** The arithmetic of majorities. All methods are pure. */
public final class Quorum {
  private Quorum() {}

  /** The smallest number that is more than half of {@code members}; {@code members >= 1}. */
  public static int majority(int members) {
    if (members < 1) {
      throw new IllegalArgumentException("a quorum of " + members + " members does not exist");
    }
    return members / 2 + 1;
  }

  /** Whether {@code present} of {@code members} are a strict majority. */
  public static boolean isMajority(int present, int members) {
    return present >= majority(members);
  }

  /** The largest value that a majority of {@code values} has reached; this orders its argument. */
  public static long reachedByMajority(long[] values) {
    Arrays.sort(values);
    return values[values.length - majority(values.length)];
  }
}
