package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;

/**
 * One entry of the replicated log (§5.3). Index and term identify it: two entries with the same
 * index and term are the same, and so is everything before them (log matching).
 *
 * @param index 1 or more
 * @param term the term of the leader that created it, 1 or more
 * @param payload opaque, but of a {@link EntryType#CONFIGURATION}; empty for {@link
 *     EntryType#NO_OP}
 */
public record Entry(long index, long term, EntryType type, Bytes payload) {
  /** What an entry weighs besides its payload, in memory and on the wire, in bytes (about). */
  public static final int OVERHEAD = 32;

  public Entry {
    if (index < 1 || term < 1) {
      throw new IllegalArgumentException(
          "entry " + index + " of term " + term + ": both begin at 1");
    }
  }

  /** The entry's weight in bytes, by which every bound here is counted. */
  public int size() {
    return OVERHEAD + payload.length();
  }
}
