package dev.mesh.persistence.local;

/**
 * Reads from a store. Thread-safe. Every method throws {@link StoreException} when the store is
 * closed or what is on disk is damaged.
 */
public interface StoreReader {
  /** Sees what a scan finds, in order of keys. */
  @FunctionalInterface
  interface Visitor {
    /** Returns whether the scan is to go on. The arrays are the visitor's to keep. */
    boolean visit(byte[] key, byte[] value);
  }

  /** The value of a key, or null where there is none. The array is the caller's. */
  byte[] get(Space space, byte[] key);

  /**
   * Shows the visitor the keys of {@code [from, to)} with their values, in order, until it has seen
   * all or wants no more. What is written meanwhile is not seen. A slow visitor delays the closing
   * of the store.
   */
  void scan(Space space, byte[] from, byte[] to, Visitor visitor);

  /** The first key of {@code [from, to)}, or null where there is none. */
  default byte[] firstKey(Space space, byte[] from, byte[] to) {
    byte[][] first = {null};
    scan(
        space,
        from,
        to,
        (key, value) -> {
          first[0] = key;
          return false;
        });
    return first[0];
  }

  /** The last key of {@code [from, to)}, or null where there is none. */
  byte[] lastKey(Space space, byte[] from, byte[] to);

  /** A key as a message to people names it: folder, space, key. */
  String describe(Space space, byte[] key);
}
