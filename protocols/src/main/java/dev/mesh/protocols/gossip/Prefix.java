package dev.mesh.protocols.gossip;

/**
 * The place of a node in a 16-ary hash tree: the first digits of the hashed names below it.
 *
 * @param depth how many digits, 0 (the root) to 16
 * @param bits the digits, the first in the highest four bits; the rest is 0
 */
public record Prefix(int depth, long bits) {
  static final int WIDTH = 16;
  static final int MAX_DEPTH = 16;
  static final Prefix ROOT = new Prefix(0, 0);

  private static final int DIGIT_BITS = 4;

  public Prefix {
    if (depth < 0 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("a prefix has 0 to 16 digits, not " + depth);
    }
  }

  Prefix child(int digit) {
    return new Prefix(depth + 1, bits | (long) digit << shift(depth));
  }

  boolean covers(long hashedName) {
    return depth == 0 || (hashedName ^ bits) >>> (Long.SIZE - DIGIT_BITS * depth) == 0;
  }

  /** The digit of a hashed name that decides below a node of this depth. */
  static int digit(long hashedName, int depth) {
    return (int) (hashedName >>> shift(depth)) & (WIDTH - 1);
  }

  private static int shift(int depth) {
    return Long.SIZE - DIGIT_BITS * (depth + 1);
  }
}
