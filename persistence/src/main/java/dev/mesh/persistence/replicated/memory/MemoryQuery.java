package dev.mesh.persistence.replicated.memory;

import dev.mesh.persistence.replicated.memory.MemoryCommand.Due;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one replica can be asked. Pages end early where their bound is reached, and hold at least
 * one item where there is one, so a page is never larger than its bound or that item.
 */
public sealed interface MemoryQuery {
  /** Part 1, format 1. */
  int FORMAT = MemoryCommand.FORMAT;

  /** Writes kind and fields. */
  void writeTo(BinaryWriter out);

  default Bytes encode() {
    BinaryWriter out = new BinaryWriter(128).u8(FORMAT);
    writeTo(out);
    return out.done();
  }

  /** What is under a key, answered with {@link Found}. */
  record Get(String namespace, String key) implements MemoryQuery {
    static final int KIND = 1;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(namespace).text(key);
    }
  }

  /**
   * Entries whose keys begin with {@code prefix}, in the order of their bytes, answered with a
   * {@link Page}.
   *
   * @param after keys up to this one are left out; empty for none
   */
  record Entries(String namespace, String prefix, String after, int limit, int maxBytes)
      implements MemoryQuery {
    static final int KIND = 2;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(namespace).text(prefix).text(after).i32(limit).i32(maxBytes);
    }
  }

  /** Changes of keys with {@code prefix} since a revision, answered with {@link ChangesPage}. */
  record Changes(String namespace, String prefix, long since, int maxBytes) implements MemoryQuery {
    static final int KIND = 3;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(namespace).text(prefix).i64(since).i32(maxBytes);
    }
  }

  /** Entries that expire at {@code nowMillis} or before, earliest first: a {@link DuePage}. */
  record Expired(long nowMillis, int limit) implements MemoryQuery {
    static final int KIND = 4;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).i64(nowMillis).i32(limit);
    }
  }

  /** What the group's memory comes to, answered with {@link MemoryTotals}. */
  record Totals() implements MemoryQuery {
    static final int KIND = 5;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND);
    }
  }

  static MemoryQuery decode(Bytes query) {
    BinaryReader in = new BinaryReader(query);
    int format = in.u8();
    int kind = in.u8();
    if (format == FORMAT && kind == Get.KIND) {
      return new Get(in.text(), in.text());
    } else if (format == FORMAT && kind == Entries.KIND) {
      return new Entries(in.text(), in.text(), in.text(), in.i32(), in.i32());
    } else if (format == FORMAT && kind == Changes.KIND) {
      return new Changes(in.text(), in.text(), in.i64(), in.i32());
    } else if (format == FORMAT && kind == Expired.KIND) {
      return new Expired(in.i64(), in.i32());
    } else if (format == FORMAT && kind == Totals.KIND) {
      return new Totals();
    }
    throw new MalformedException(
        "a query of format " + format + " and kind " + kind + ", which this version does not know");
  }

  /** What is under a key, if anything is. */
  record Found(Optional<MemoryEntry> entry) {
    Bytes encode() {
      BinaryWriter out = new BinaryWriter(1 + entry.map(MemoryEntry::size).orElse(0));
      out.u8(entry.isPresent() ? 1 : 0);
      entry.ifPresent(found -> found.writeTo(out));
      return out.done();
    }

    public static Found decode(Bytes answer) {
      BinaryReader in = new BinaryReader(answer);
      return new Found(in.u8() == 0 ? Optional.empty() : Optional.of(MemoryEntry.readFrom(in)));
    }
  }

  /** A key and what is under it. */
  record Keyed(String key, MemoryEntry entry) {}

  /**
   * Entries in order.
   *
   * @param revision at which they stand, all of the page together
   * @param more whether others follow
   */
  record Page(long revision, boolean more, List<Keyed> entries) {
    Bytes encode() {
      int size = 64;
      for (Keyed keyed : entries) {
        size += 16 + keyed.key().length() + keyed.entry().size();
      }
      BinaryWriter out = new BinaryWriter(size).i64(revision).u8(more ? 1 : 0);
      out.i32(entries.size());
      for (Keyed keyed : entries) {
        out.text(keyed.key());
        keyed.entry().writeTo(out);
      }
      return out.done();
    }

    public static Page decode(Bytes page) {
      BinaryReader in = new BinaryReader(page);
      long revision = in.i64();
      boolean more = in.u8() != 0;
      int count = in.count();
      List<Keyed> entries = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        entries.add(new Keyed(in.text(), MemoryEntry.readFrom(in)));
      }
      return new Page(revision, more, entries);
    }
  }

  /**
   * Changes in order.
   *
   * @param behind true if changes after the revision asked for are not kept any more: the watcher
   *     must list, and go on from the listing's revision
   * @param upTo the revision to ask from next
   * @param more whether others may follow already
   */
  record ChangesPage(boolean behind, long upTo, boolean more, List<MemoryChange> changes) {
    Bytes encode() {
      int size = 64;
      for (MemoryChange change : changes) {
        size += change.size();
      }
      BinaryWriter out = new BinaryWriter(size).u8(behind ? 1 : 0).i64(upTo).u8(more ? 1 : 0);
      out.i32(changes.size());
      changes.forEach(change -> change.writeTo(out));
      return out.done();
    }

    public static ChangesPage decode(Bytes page) {
      BinaryReader in = new BinaryReader(page);
      boolean behind = in.u8() != 0;
      long upTo = in.i64();
      boolean more = in.u8() != 0;
      int count = in.count();
      List<MemoryChange> changes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        changes.add(MemoryChange.readFrom(in));
      }
      return new ChangesPage(behind, upTo, more, changes);
    }
  }

  /** Entries that have expired. */
  record DuePage(List<Due> due) {
    Bytes encode() {
      BinaryWriter out = new BinaryWriter(64 * (1 + due.size()));
      Due.writeAll(due, out);
      return out.done();
    }

    public static DuePage decode(Bytes page) {
      return new DuePage(Due.readAll(new BinaryReader(page)));
    }
  }
}
