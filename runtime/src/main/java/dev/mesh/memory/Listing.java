package dev.mesh.memory;

import dev.mesh.memory.MemoryException.Code;
import java.util.List;

/**
 * Entries in the order of the bytes of their keys.
 *
 * @param more whether others follow: ask for those after the last key
 */
public record Listing(List<Keyed> entries, boolean more) {
  public Listing {
    entries = List.copyOf(entries);
  }

  /** A key and what is under it. */
  public record Keyed(String key, Entry entry) {}

  /**
   * What to list.
   *
   * @param prefix of the keys; empty for all
   * @param after only keys behind this one; empty for all
   * @param limit 1 to {@link Memory#MAX_LIST}; the answer also ends early at {@code
   *     mesh.memory.max-page-bytes}
   */
  public record Query(String prefix, String after, int limit, Consistency consistency) {
    public Query {
      if (limit < 1 || limit > Memory.MAX_LIST) {
        throw new MemoryException(
            Code.INVALID, "limit " + limit + " is not in 1 to " + Memory.MAX_LIST);
      }
    }

    /** The first entries with a prefix. */
    public static Query of(String prefix) {
      return new Query(prefix, "", Memory.MAX_LIST, Consistency.LINEARIZABLE);
    }
  }
}
