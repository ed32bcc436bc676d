package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * A part's rows as they stand after everything applied: those not yet readable in the store are
 * kept here until they are. It holds about as much as {@link GroupStore#writable} lets wait. Used
 * by the machine's thread.
 */
public final class RecentRows {
  private static final class Row {
    final Bytes value; // null for one that was deleted

    /** The commit that holds it; while its entry is being applied, none is. */
    long commit = Long.MAX_VALUE;

    Row(Bytes value) {
      this.value = value;
    }
  }

  private record Committed(Bytes key, long commit) {}

  private final GroupStore store;
  private final Map<Bytes, Row> recent = new HashMap<>();
  private final List<Bytes> changed = new ArrayList<>();
  private final Queue<Committed> unwritten = new ArrayDeque<>();

  public RecentRows(GroupStore store) {
    this.store = store;
  }

  /** The row's value, or null where there is none. */
  public Bytes get(byte[] key) {
    Row row = recent.get(Bytes.wrap(key));
    return row == null ? store.get(key) : row.value;
  }

  public void put(byte[] key, Bytes value, GroupChanges changes) {
    changes.put(key, value);
    change(key, value);
  }

  public void delete(byte[] key, GroupChanges changes) {
    changes.delete(key);
    change(key, null);
  }

  private void change(byte[] key, Bytes value) {
    Bytes wrapped = Bytes.wrap(key);
    recent.put(wrapped, new Row(value));
    changed.add(wrapped);
  }

  /** What has changed since the last call is part of this commit. */
  public void committed(long commit) {
    if (changed.isEmpty() && unwritten.isEmpty()) {
      return;
    }
    for (Bytes key : changed) {
      recent.get(key).commit = commit;
      unwritten.add(new Committed(key, commit));
    }
    changed.clear();
    long written = store.written();
    while (!unwritten.isEmpty() && unwritten.peek().commit() <= written) {
      Committed oldest = unwritten.poll();
      recent.computeIfPresent(
          oldest.key(), (key, row) -> row.commit <= oldest.commit() ? null : row);
    }
  }

  /** The stored state is about to be replaced. */
  public void forget() {
    recent.clear();
    changed.clear();
    unwritten.clear();
  }
}
