package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.GroupChanges;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.protocols.Bytes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The headers lately used. One that was changed stays until its change is readable in the store, so
 * that it can always be read again; else the least recently used goes first. Used by the machine's
 * thread.
 */
final class Headers {
  private static final class Cached {
    final Header header;

    /** The commit that holds its last change; 0 for none since it was read. */
    long commit;

    Cached(Header header) {
      this.header = header;
    }
  }

  private final GroupStore store;
  private final int capacity;
  private final Map<String, Cached> cached = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<String> changed = new LinkedHashSet<>();

  /** Up to {@code capacity} headers are kept, and beyond that those not yet written. */
  Headers(GroupStore store, int capacity) {
    this.store = store;
    this.capacity = capacity;
  }

  /** The id's header, to be changed only after {@link #change}. */
  Header get(String persistenceId) {
    Cached found = cached.get(persistenceId);
    if (found == null) {
      Bytes stored = store.get(JournalKeys.header(persistenceId));
      found = new Cached(stored == null ? new Header() : Header.decode(stored));
      cached.put(persistenceId, found);
    }
    return found.header;
  }

  /** Marks a header that {@link #get} gave as changed by the entry that is being applied. */
  void change(String persistenceId) {
    changed.add(persistenceId);
  }

  /** Adds what has changed to the entry's changes. */
  void flushTo(GroupChanges changes) {
    for (String id : changed) {
      changes.put(JournalKeys.header(id), cached.get(id).header.encode());
    }
  }

  /** The changes flushed are part of this commit. */
  void committed(long commit) {
    for (String id : changed) {
      cached.get(id).commit = commit;
    }
    changed.clear();
    evict();
  }

  void clear() {
    cached.clear();
  }

  private void evict() {
    long written = store.written();
    Iterator<Cached> oldest = cached.values().iterator();
    while (cached.size() > capacity && oldest.hasNext() && oldest.next().commit <= written) {
      oldest.remove();
    }
  }
}
