package dev.mesh.persistence.replicated.memory;

import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * What a group's memory comes to.
 *
 * @param revision of its last change, 0 before the first
 * @param keys that something is under, in all namespaces of the group
 * @param bytes of the namespaces, keys and values of these
 */
public record MemoryTotals(long revision, long keys, long bytes) {
  private static final int SIZE = 3 * Long.BYTES;

  /**
   * After the next change: {@code now} is in the place of {@code old} under {@code row}. Null
   * stands for nothing.
   */
  MemoryTotals replaced(byte[] row, MemoryEntry old, MemoryEntry now) {
    return new MemoryTotals(
        revision + 1,
        keys - countOf(old) + countOf(now),
        bytes - bytesOf(row, old) + bytesOf(row, now));
  }

  private static int countOf(MemoryEntry entry) {
    return entry == null ? 0 : 1;
  }

  Bytes encode() {
    return new BinaryWriter(SIZE).i64(revision).i64(keys).i64(bytes).done();
  }

  public static MemoryTotals decode(Bytes encoded) {
    BinaryReader in = new BinaryReader(encoded);
    return new MemoryTotals(in.i64(), in.i64(), in.i64());
  }

  /**
   * What is stored, which is null before the first change. An earlier version has stored the
   * revision alone: then the entries that are readable are counted.
   */
  static MemoryTotals of(Bytes stored, GroupStore store) {
    if (stored == null) {
      return new MemoryTotals(0, 0, 0);
    }
    if (stored.length() == SIZE) {
      return decode(stored);
    }
    try (GroupView view = store.view()) {
      return counted(view, new BinaryReader(stored).i64());
    }
  }

  private static MemoryTotals counted(GroupView view, long revision) {
    long[] counted = {0, 0};
    view.scan(
        MemoryKeys.entriesStart(),
        MemoryKeys.entriesEnd(),
        (row, entry) -> {
          counted[0]++;
          counted[1] += bytesOf(row, MemoryEntry.decode(entry));
          return true;
        });
    return new MemoryTotals(revision, counted[0], counted[1]);
  }

  private static long bytesOf(byte[] row, MemoryEntry entry) {
    return entry == null ? 0 : MemoryKeys.nameBytes(row) + (long) entry.value().length();
  }
}
