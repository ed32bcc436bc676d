package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.persistence.replicated.journal.JournalAnswer.Status;
import dev.mesh.persistence.replicated.journal.JournalQuery.EventsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.IdsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotInfo;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotsPage;
import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Answers queries from what is stored, each from one frozen view. Thread-safe; touches the disk.
 */
final class JournalQueries {
  private final GroupStore store;

  JournalQueries(GroupStore store) {
    this.store = store;
  }

  Bytes answer(Bytes encoded) {
    JournalQuery query = JournalQuery.decode(encoded);
    try (GroupView view = store.view()) {
      if (query instanceof JournalQuery.Header it) {
        return header(view, it.persistenceId()).answer(Status.DONE).encode();
      } else if (query instanceof JournalQuery.Replay it) {
        return replay(view, it).encode();
      } else if (query instanceof JournalQuery.Snapshots it) {
        return snapshots(view, it).encode();
      } else if (query instanceof JournalQuery.SnapshotPart it) {
        Bytes part = view.get(JournalKeys.part(it.persistenceId(), it.key(), it.part()));
        return part == null ? Bytes.EMPTY : part;
      } else if (query instanceof JournalQuery.PersistenceIds it) {
        return ids(view, it).encode();
      } else if (query instanceof JournalQuery.Slices it) {
        return new SlicesScan(view, it).page().encode();
      }
      throw new IllegalStateException("no answer to " + query);
    }
  }

  private static Header header(GroupView view, String persistenceId) {
    Bytes stored = view.get(JournalKeys.header(persistenceId));
    return stored == null ? new Header() : Header.decode(stored);
  }

  private static EventsPage replay(GroupView view, JournalQuery.Replay query) {
    String id = query.persistenceId();
    Header header = header(view, id);
    long first = Math.max(query.fromSeqNr(), header.deletedTo + 1);
    long last = Math.min(query.toSeqNr(), header.highestSeqNr);
    List<Bytes> rows = new ArrayList<>();
    if (first <= last) {
      int[] bytes = {0};
      view.scan(
          JournalKeys.event(id, first),
          JournalKeys.event(id, last + 1),
          (key, row) -> {
            long expected = first + rows.size();
            if (JournalKeys.seqNrOfEvent(key) != expected) {
              throw new IllegalStateException(
                  "event " + expected + " of '" + id + "' is missing on this peer");
            }
            bytes[0] += row.length();
            if (!rows.isEmpty() && bytes[0] > query.maxBytes()) {
              return false;
            }
            rows.add(row);
            return true;
          });
    }
    return new EventsPage(header.deletedTo, header.highestSeqNr, first, rows);
  }

  private static SnapshotsPage snapshots(GroupView view, JournalQuery.Snapshots query) {
    ArrayDeque<SnapshotInfo> newest = new ArrayDeque<>();
    long end = query.maxSeqNr() == Long.MAX_VALUE ? Long.MAX_VALUE : query.maxSeqNr() + 1;
    view.scan(
        JournalKeys.snapshotsFrom(query.persistenceId(), query.minSeqNr()),
        JournalKeys.snapshotsFrom(query.persistenceId(), end),
        (key, value) -> {
          SnapshotInfo info = info(key, StoredSnapshot.decode(value));
          if (query.matches(info.key().seqNr(), info.timestamp())) {
            newest.add(info);
          }
          if (newest.size() > query.limit()) {
            newest.removeFirst();
          }
          return true;
        });
    return new SnapshotsPage(List.copyOf(newest));
  }

  private static SnapshotInfo info(byte[] key, StoredSnapshot stored) {
    ByteBuffer in = ByteBuffer.wrap(key);
    int seqNrAt = key.length - 3 * Long.BYTES;
    UUID saveId = new UUID(in.getLong(seqNrAt + Long.BYTES), in.getLong(seqNrAt + 2 * Long.BYTES));
    return new SnapshotInfo(
        new SnapshotKey(in.getLong(seqNrAt), saveId), stored.timestamp(), stored.parts());
  }

  private static IdsPage ids(GroupView view, JournalQuery.PersistenceIds query) {
    List<String> ids = new ArrayList<>();
    view.scan(
        JournalKeys.after(JournalKeys.header(query.after())),
        JournalKeys.headersEnd(),
        (key, value) -> {
          if (Header.decode(value).highestSeqNr > 0) {
            ids.add(JournalKeys.idOfHeader(key));
          }
          return ids.size() < query.limit();
        });
    return new IdsPage(ids);
  }
}
