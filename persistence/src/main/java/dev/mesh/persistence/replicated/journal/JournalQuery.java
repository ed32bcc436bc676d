package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * What one replica can be asked. Answers are pages: they end early where their bound is reached,
 * and hold at least one item where there is one, so a page is never larger than its bound or that
 * item.
 */
sealed interface JournalQuery {
  /** Part 0 of a group's machine, format 1. */
  int FORMAT = JournalCommand.FORMAT;

  /** Writes kind and fields. */
  void writeTo(BinaryWriter out);

  default Bytes encode() {
    BinaryWriter out = new BinaryWriter(128).u8(FORMAT);
    writeTo(out);
    return out.done();
  }

  /** How an id stands, answered with a {@link JournalAnswer}; one that nobody claimed is all 0. */
  record Header(String persistenceId) implements JournalQuery {
    static final int KIND = 1;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId);
    }
  }

  /** Events from {@code fromSeqNr} to {@code toSeqNr}, answered with an {@link EventsPage}. */
  record Replay(String persistenceId, long fromSeqNr, long toSeqNr, int maxBytes)
      implements JournalQuery {
    static final int KIND = 2;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).i64(fromSeqNr).i64(toSeqNr).i32(maxBytes);
    }
  }

  /** The newest {@code limit} snapshots that match, answered with a {@link SnapshotsPage}. */
  record Snapshots(
      String persistenceId,
      long minSeqNr,
      long maxSeqNr,
      long minTimestamp,
      long maxTimestamp,
      int limit)
      implements JournalQuery {
    static final int KIND = 3;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).i64(minSeqNr).i64(maxSeqNr);
      out.i64(minTimestamp).i64(maxTimestamp).i32(limit);
    }

    boolean matches(long seqNr, long timestamp) {
      return seqNr >= minSeqNr
          && seqNr <= maxSeqNr
          && timestamp >= minTimestamp
          && timestamp <= maxTimestamp;
    }
  }

  /** A part of a snapshot, answered with its bytes, or none if it is not there. */
  record SnapshotPart(String persistenceId, SnapshotKey key, int part) implements JournalQuery {
    static final int KIND = 4;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId);
      key.writeTo(out);
      out.i32(part);
    }
  }

  /** Ids with an event ever, in order behind {@code after}, answered with an {@link IdsPage}. */
  record PersistenceIds(String after, int limit) implements JournalQuery {
    static final int KIND = 5;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(after).i32(limit);
    }
  }

  /**
   * Events of an entity type and a range of slices, in the order in which the group has committed
   * them, answered with a {@link SlicesPage}.
   *
   * @param after the number of the last event known, 0 for none
   */
  record Slices(String entityType, int minSlice, int maxSlice, long after, int maxBytes)
      implements JournalQuery {
    static final int KIND = 6;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(entityType).i32(minSlice).i32(maxSlice).i64(after).i32(maxBytes);
    }

    boolean matches(String persistenceId) {
      int slice = dev.mesh.persistence.replicated.Slices.sliceOf(persistenceId);
      return slice >= minSlice
          && slice <= maxSlice
          && PersistenceId.extractEntityType(persistenceId).equals(entityType);
    }
  }

  static JournalQuery decode(Bytes query) {
    BinaryReader in = new BinaryReader(query);
    int format = in.u8();
    int kind = in.u8();
    if (format == FORMAT && kind == Header.KIND) {
      return new Header(in.text());
    } else if (format == FORMAT && kind == Replay.KIND) {
      return new Replay(in.text(), in.i64(), in.i64(), in.i32());
    } else if (format == FORMAT && kind == Snapshots.KIND) {
      return new Snapshots(in.text(), in.i64(), in.i64(), in.i64(), in.i64(), in.i32());
    } else if (format == FORMAT && kind == SnapshotPart.KIND) {
      return new SnapshotPart(in.text(), SnapshotKey.readFrom(in), in.i32());
    } else if (format == FORMAT && kind == PersistenceIds.KIND) {
      return new PersistenceIds(in.text(), in.i32());
    } else if (format == FORMAT && kind == Slices.KIND) {
      return new Slices(in.text(), in.i32(), in.i32(), in.i64(), in.i32());
    }
    throw new BinaryReader.MalformedException(
        "a query of format " + format + " and kind " + kind + ", which this version does not know");
  }

  /**
   * Events in order.
   *
   * @param deletedTo events up to here are deleted
   * @param highestSeqNr of the last event
   * @param firstSeqNr of the first row
   * @param rows consecutive; see {@link EventRow}
   */
  record EventsPage(long deletedTo, long highestSeqNr, long firstSeqNr, List<Bytes> rows) {
    Bytes encode() {
      int size = 64;
      for (Bytes row : rows) {
        size += Integer.BYTES + row.length();
      }
      BinaryWriter out = new BinaryWriter(size).i64(deletedTo).i64(highestSeqNr).i64(firstSeqNr);
      out.i32(rows.size());
      rows.forEach(out::bytes);
      return out.done();
    }

    static EventsPage decode(Bytes page) {
      BinaryReader in = new BinaryReader(page);
      long deletedTo = in.i64();
      long highest = in.i64();
      long first = in.i64();
      int count = in.count();
      List<Bytes> rows = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        rows.add(in.bytes());
      }
      return new EventsPage(deletedTo, highest, first, rows);
    }
  }

  /**
   * An event in the order of commits.
   *
   * @param number counts all events that the group has committed, from 1
   * @param row see {@link EventRow}
   */
  record CommittedEvent(long number, String persistenceId, long seqNr, Bytes row) {}

  /**
   * Events in the order of commits.
   *
   * @param through everything that matches up to this number is in this page or before it
   * @param last the number of the last event that the group has committed
   */
  record SlicesPage(long through, long last, List<CommittedEvent> events) {
    Bytes encode() {
      int size = 64;
      for (CommittedEvent event : events) {
        size += 64 + event.persistenceId().length() + event.row().length();
      }
      BinaryWriter out = new BinaryWriter(size).i64(through).i64(last).i32(events.size());
      for (CommittedEvent event : events) {
        out.i64(event.number()).text(event.persistenceId()).i64(event.seqNr()).bytes(event.row());
      }
      return out.done();
    }

    static SlicesPage decode(Bytes page) {
      BinaryReader in = new BinaryReader(page);
      long through = in.i64();
      long last = in.i64();
      int count = in.count();
      List<CommittedEvent> events = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        events.add(new CommittedEvent(in.i64(), in.text(), in.i64(), in.bytes()));
      }
      return new SlicesPage(through, last, events);
    }
  }

  /** A snapshot that is there in full. */
  record SnapshotInfo(SnapshotKey key, long timestamp, int parts) {}

  /** Snapshots, oldest first. */
  record SnapshotsPage(List<SnapshotInfo> snapshots) {
    Bytes encode() {
      BinaryWriter out = new BinaryWriter(64 * (1 + snapshots.size())).i32(snapshots.size());
      for (SnapshotInfo info : snapshots) {
        info.key().writeTo(out);
        out.i64(info.timestamp()).i32(info.parts());
      }
      return out.done();
    }

    static SnapshotsPage decode(Bytes page) {
      BinaryReader in = new BinaryReader(page);
      int count = in.count();
      List<SnapshotInfo> snapshots = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        snapshots.add(new SnapshotInfo(SnapshotKey.readFrom(in), in.i64(), in.i32()));
      }
      return new SnapshotsPage(snapshots);
    }
  }

  /** Persistence ids in order. */
  record IdsPage(List<String> ids) {
    Bytes encode() {
      BinaryWriter out = new BinaryWriter(64 * (1 + ids.size())).i32(ids.size());
      ids.forEach(out::text);
      return out.done();
    }

    static IdsPage decode(Bytes page) {
      BinaryReader in = new BinaryReader(page);
      int count = in.count();
      List<String> ids = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        ids.add(in.text());
      }
      return new IdsPage(ids);
    }
  }
}
