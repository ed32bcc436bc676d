package dev.mesh.persistence.replicated.memory;

import dev.mesh.persistence.replicated.GroupChanges;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.MachinePart;
import dev.mesh.persistence.replicated.RecentRows;
import dev.mesh.persistence.replicated.memory.MemoryAnswer.Status;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * The shared memory of the namespaces of one group: versioned values under keys.
 *
 * <p>Each change of the group's memory has the next <i>revision</i>; the version of an entry is the
 * revision that wrote it. So versions grow and never come back, not even when a key is deleted and
 * made again.
 *
 * <p>An entry that has a time to expire stays, and is seen, until an {@link MemoryCommand.Expire}
 * that names it is applied. The last {@value #CHANGES_KEPT} changes are kept for watchers, by key:
 * one that was overtaken by a later change of its key is not told.
 *
 * <p>What is there is counted with every change. A write that adds more than its {@link
 * MemoryBound} leaves room for changes nothing; one that adds nothing, and a deletion, is always
 * taken.
 */
public final class MemoryMachine implements MachinePart {
  /** Part of the replicated state, as all replicas must keep the same. */
  static final int CHANGES_KEPT = 16_384;

  private static final int NUMBER = 1;

  private final GroupStore store;
  private final RecentRows rows;
  private final MemoryQueries queries;

  /** After all that was applied; null until they are needed. */
  private MemoryTotals totals;

  private boolean changed;

  /** The memory in {@code store}, empty at first. */
  public MemoryMachine(GroupStore store) {
    this.store = store;
    this.rows = new RecentRows(store);
    this.queries = new MemoryQueries(store);
  }

  @Override
  public int number() {
    return NUMBER;
  }

  @Override
  public Bytes apply(Bytes command, GroupChanges changes) {
    try {
      return apply(MemoryCommand.decode(command), changes).encode();
    } catch (MalformedException e) {
      return new MemoryAnswer(Status.DAMAGED, 0).encode();
    }
  }

  private MemoryAnswer apply(MemoryCommand command, GroupChanges changes) {
    if (command instanceof MemoryCommand.Put it) {
      return put(it, changes);
    } else if (command instanceof MemoryCommand.Delete it) {
      return delete(it, changes);
    } else if (command instanceof MemoryCommand.Expire it) {
      return expire(it, changes);
    }
    throw new IllegalStateException("no rule for " + command);
  }

  private MemoryAnswer put(MemoryCommand.Put put, GroupChanges changes) {
    byte[] row = MemoryKeys.entry(put.namespace(), put.key());
    MemoryEntry old = entry(row);
    long current = old == null ? MemoryCommand.ABSENT : old.version();
    if (put.expected() != MemoryCommand.ANY && put.expected() != current) {
      return new MemoryAnswer(Status.MISMATCH, current);
    }
    MemoryTotals now = totals();
    MemoryEntry entry = new MemoryEntry(now.revision() + 1, put.expiresAtMillis(), put.value());
    MemoryTotals next = now.replaced(row, old, entry);
    if (next.keys() > now.keys() && next.keys() > put.bound().maxKeys()) {
      return new MemoryAnswer(Status.TOO_MANY_KEYS, now.keys());
    } else if (next.bytes() > now.bytes() && next.bytes() > put.bound().maxBytes()) {
      return new MemoryAnswer(Status.TOO_MANY_BYTES, now.bytes());
    }
    removeExpiry(put.namespace(), put.key(), old, changes);
    long version = changed(next, MemoryChange.Kind.PUT, put.namespace(), put.key(), changes);
    rows.put(row, entry.encode(), changes);
    if (put.expiresAtMillis() != MemoryCommand.NEVER) {
      changes.put(
          MemoryKeys.expiry(put.expiresAtMillis(), put.namespace(), put.key()), number(version));
    }
    return new MemoryAnswer(Status.DONE, version);
  }

  private MemoryAnswer delete(MemoryCommand.Delete delete, GroupChanges changes) {
    MemoryEntry old = entry(MemoryKeys.entry(delete.namespace(), delete.key()));
    long current = old == null ? MemoryCommand.ABSENT : old.version();
    if (delete.expected() != MemoryCommand.ANY && delete.expected() != current) {
      return new MemoryAnswer(Status.MISMATCH, current);
    }
    if (old == null) {
      return new MemoryAnswer(Status.NOT_FOUND, 0);
    }
    long version = remove(MemoryChange.Kind.DELETE, delete.namespace(), delete.key(), old, changes);
    return new MemoryAnswer(Status.DONE, version);
  }

  private MemoryAnswer expire(MemoryCommand.Expire expire, GroupChanges changes) {
    int expired = 0;
    for (MemoryCommand.Due due : expire.due()) {
      MemoryEntry old = entry(MemoryKeys.entry(due.namespace(), due.key()));
      if (old != null
          && old.version() == due.version()
          && old.expiresAtMillis() != MemoryCommand.NEVER
          && old.expiresAtMillis() <= expire.nowMillis()) {
        remove(MemoryChange.Kind.EXPIRE, due.namespace(), due.key(), old, changes);
        expired++;
      }
    }
    return new MemoryAnswer(Status.DONE, expired);
  }

  private long remove(
      MemoryChange.Kind how, String namespace, String key, MemoryEntry old, GroupChanges changes) {
    byte[] row = MemoryKeys.entry(namespace, key);
    MemoryTotals next = totals().replaced(row, old, null);
    removeExpiry(namespace, key, old, changes);
    rows.delete(row, changes);
    return changed(next, how, namespace, key, changes);
  }

  private static void removeExpiry(
      String namespace, String key, MemoryEntry old, GroupChanges changes) {
    if (old != null && old.expiresAtMillis() != MemoryCommand.NEVER) {
      changes.delete(MemoryKeys.expiry(old.expiresAtMillis(), namespace, key));
    }
  }

  /** Notes a change for watchers and forgets the oldest; returns the change's revision. */
  private long changed(
      MemoryTotals next,
      MemoryChange.Kind kind,
      String namespace,
      String key,
      GroupChanges changes) {
    totals = next;
    changed = true;
    long revision = next.revision();
    changes.put(MemoryKeys.change(revision), MemoryChange.row(kind, namespace, key));
    if (revision > CHANGES_KEPT) {
      changes.delete(MemoryKeys.change(revision - CHANGES_KEPT));
    }
    return revision;
  }

  /** Read before the first change since the state was opened, so nothing is unwritten then. */
  private MemoryTotals totals() {
    if (totals == null) {
      totals = MemoryTotals.of(rows.get(MemoryKeys.totals()), store);
    }
    return totals;
  }

  /** What is under a key, or null. */
  private MemoryEntry entry(byte[] row) {
    Bytes stored = rows.get(row);
    return stored == null ? null : MemoryEntry.decode(stored);
  }

  private static Bytes number(long number) {
    return new BinaryWriter(Long.BYTES).i64(number).done();
  }

  @Override
  public void flushTo(GroupChanges changes) {
    if (changed) {
      rows.put(MemoryKeys.totals(), totals.encode(), changes);
      changed = false;
    }
  }

  @Override
  public void committed(long number) {
    rows.committed(number);
  }

  @Override
  public Bytes answer(Bytes query) {
    return queries.answer(query);
  }

  @Override
  public void forget() {
    rows.forget();
    totals = null;
    changed = false;
  }
}
