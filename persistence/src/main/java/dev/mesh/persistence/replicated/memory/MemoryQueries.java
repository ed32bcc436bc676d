package dev.mesh.persistence.replicated.memory;

import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.persistence.replicated.memory.MemoryCommand.Due;
import dev.mesh.persistence.replicated.memory.MemoryQuery.ChangesPage;
import dev.mesh.persistence.replicated.memory.MemoryQuery.DuePage;
import dev.mesh.persistence.replicated.memory.MemoryQuery.Found;
import dev.mesh.persistence.replicated.memory.MemoryQuery.Keyed;
import dev.mesh.persistence.replicated.memory.MemoryQuery.Page;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Answers queries from what is stored, each from one frozen view. Thread-safe; touches the disk.
 */
final class MemoryQueries {
  /** Changes looked at for one page, most of which may be of other namespaces. */
  private static final int CHANGES_SEEN = 4096;

  private final GroupStore store;

  MemoryQueries(GroupStore store) {
    this.store = store;
  }

  Bytes answer(Bytes encoded) {
    MemoryQuery query = MemoryQuery.decode(encoded);
    try (GroupView view = store.view()) {
      if (query instanceof MemoryQuery.Get it) {
        return new Found(entry(view, it.namespace(), it.key())).encode();
      } else if (query instanceof MemoryQuery.Entries it) {
        return entries(view, it).encode();
      } else if (query instanceof MemoryQuery.Changes it) {
        return changes(view, it).encode();
      } else if (query instanceof MemoryQuery.Expired it) {
        return expired(view, it).encode();
      } else if (query instanceof MemoryQuery.Totals) {
        return MemoryTotals.of(view.get(MemoryKeys.totals()), store).encode();
      }
      throw new IllegalStateException("no answer to " + query);
    }
  }

  private static Optional<MemoryEntry> entry(GroupView view, String namespace, String key) {
    return Optional.ofNullable(view.get(MemoryKeys.entry(namespace, key))).map(MemoryEntry::decode);
  }

  private static long revision(GroupView view) {
    Bytes stored = view.get(MemoryKeys.totals());
    return stored == null ? 0 : new BinaryReader(stored).i64();
  }

  private static Page entries(GroupView view, MemoryQuery.Entries query) {
    List<Keyed> found = new ArrayList<>();
    long[] bytes = {0};
    boolean[] more = {false};
    byte[] first = MemoryKeys.entry(query.namespace(), query.prefix());
    byte[] after = MemoryKeys.after(MemoryKeys.entry(query.namespace(), query.after()));
    view.scan(
        Arrays.compareUnsigned(first, after) < 0 ? after : first,
        MemoryKeys.entriesEnd(query.namespace(), query.prefix()),
        (row, value) -> {
          bytes[0] += row.length + value.length();
          more[0] =
              found.size() >= query.limit() || (!found.isEmpty() && bytes[0] > query.maxBytes());
          if (!more[0]) {
            found.add(new Keyed(MemoryKeys.keyOfEntry(row), MemoryEntry.decode(value)));
          }
          return !more[0];
        });
    return new Page(revision(view), more[0], found);
  }

  private static ChangesPage changes(GroupView view, MemoryQuery.Changes query) {
    long now = revision(view);
    if (query.since() < now - MemoryMachine.CHANGES_KEPT) {
      return new ChangesPage(true, now, false, List.of());
    }
    ChangesScan scan = new ChangesScan(view, query);
    view.scan(MemoryKeys.change(query.since() + 1), MemoryKeys.changesEnd(), scan);
    return scan.page();
  }

  private static DuePage expired(GroupView view, MemoryQuery.Expired query) {
    List<Due> due = new ArrayList<>();
    view.scan(
        MemoryKeys.expiriesFrom(0),
        MemoryKeys.expiriesFrom(query.nowMillis() + 1),
        (row, version) -> {
          due.add(
              new Due(
                  MemoryKeys.namespaceOfExpiry(row),
                  MemoryKeys.keyOfExpiry(row),
                  new BinaryReader(version).i64()));
          return due.size() < query.limit();
        });
    return new DuePage(due);
  }

  /** Picks from the log of changes what a watcher is to be told. */
  private static final class ChangesScan implements GroupView.Visitor {
    private final GroupView view;
    private final MemoryQuery.Changes query;
    private final List<MemoryChange> told = new ArrayList<>();
    private long upTo;
    private int seen;
    private long bytes;
    private boolean more;

    ChangesScan(GroupView view, MemoryQuery.Changes query) {
      this.view = view;
      this.query = query;
      this.upTo = query.since();
    }

    @Override
    public boolean visit(byte[] key, Bytes value) {
      long revision = MemoryKeys.revisionOfChange(key);
      MemoryChange.Row row = MemoryChange.decodeRow(value);
      if (row.namespace().equals(query.namespace()) && row.key().startsWith(query.prefix())) {
        Optional<MemoryChange> change = change(row, revision);
        bytes += change.map(MemoryChange::size).orElse(0);
        if (!told.isEmpty() && bytes > query.maxBytes()) {
          more = true;
          return false;
        }
        change.ifPresent(told::add);
      }
      upTo = revision;
      more = ++seen == CHANGES_SEEN;
      return !more;
    }

    /** Empty if a later change of the key follows, which will be told. */
    private Optional<MemoryChange> change(MemoryChange.Row row, long revision) {
      Optional<MemoryEntry> now = entry(view, row.namespace(), row.key());
      boolean put = row.kind() == MemoryChange.Kind.PUT;
      boolean overtaken = put ? now.isEmpty() : now.isPresent();
      if (overtaken || now.filter(entry -> entry.version() != revision).isPresent()) {
        return Optional.empty();
      }
      return Optional.of(new MemoryChange(row.kind(), row.key(), revision, now));
    }

    ChangesPage page() {
      return new ChangesPage(false, upTo, more, told);
    }
  }
}
