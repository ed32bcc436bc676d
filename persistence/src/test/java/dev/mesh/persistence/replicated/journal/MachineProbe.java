package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.persistence.replicated.journal.JournalQuery.EventsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotInfo;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotsPage;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A machine with the calls that tests make of it. */
final class MachineProbe {
  static final int PAGE = 1 << 16;

  final StateMachine machine;

  MachineProbe(StateMachine machine) {
    this.machine = machine;
  }

  /** Applies a command as the next entry. */
  JournalAnswer apply(JournalCommand command) {
    return applyBytes(command.encode());
  }

  JournalAnswer applyBytes(Bytes command) {
    return applyAll(List.of(command)).get(0);
  }

  /** Applies commands as one entry. */
  List<JournalAnswer> applyAll(List<Bytes> commands) {
    return machine.apply(machine.appliedIndex() + 1, commands).stream()
        .map(JournalAnswer::decode)
        .toList();
  }

  /** The epoch of a new claim. */
  long claim(String id) {
    return apply(new JournalCommand.Claim(id, UUID.randomUUID())).epoch();
  }

  JournalAnswer.Status append(String id, long epoch, String writer, long first, String... events) {
    return apply(command(id, epoch, writer, first, events)).status();
  }

  static JournalCommand.Append command(
      String id, long epoch, String writer, long first, String... events) {
    return JournalCommand.Append.of(id, epoch, writer, first, rows(events));
  }

  static List<Bytes> rows(String... events) {
    List<Bytes> rows = new ArrayList<>();
    for (String event : events) {
      rows.add(EventRow.of(Bytes.utf8(event).toArray()));
    }
    return rows;
  }

  Bytes ask(JournalQuery query) {
    return machine.query(query.encode()).toCompletableFuture().join();
  }

  EventsPage replay(String id, long from, long to, int maxBytes) {
    return EventsPage.decode(ask(new JournalQuery.Replay(id, from, to, maxBytes)));
  }

  /** All that is left of an id's events. */
  List<String> events(String id) {
    return replay(id, 1, Long.MAX_VALUE - 1, Integer.MAX_VALUE).rows().stream()
        .map(row -> Bytes.wrap(EventRow.event(row)).asUtf8())
        .toList();
  }

  /** What is left of all ids' events, read in the order of commits in pages of that size. */
  Map<String, List<Bytes>> inCommitOrder(int pageBytes) {
    Map<String, List<Bytes>> byId = new HashMap<>();
    JournalQuery.SlicesPage page = new JournalQuery.SlicesPage(0, Long.MAX_VALUE, List.of());
    while (page.through() < page.last()) {
      JournalQuery next = new JournalQuery.Slices("", 0, 1023, page.through(), pageBytes);
      page = JournalQuery.SlicesPage.decode(ask(next));
      for (JournalQuery.CommittedEvent event : page.events()) {
        byId.computeIfAbsent(event.persistenceId(), id -> new ArrayList<>()).add(event.row());
      }
    }
    return byId;
  }

  JournalAnswer header(String id) {
    return JournalAnswer.decode(ask(new JournalQuery.Header(id)));
  }

  JournalAnswer.Status savePart(
      String id, long epoch, SnapshotKey key, int part, int of, String text) {
    Bytes bytes = Bytes.utf8(text);
    int checksum = JournalCommand.SaveSnapshotPart.checksumOf(bytes);
    return apply(
            new JournalCommand.SaveSnapshotPart(id, epoch, key, 1000, part, of, checksum, bytes))
        .status();
  }

  static SnapshotKey key(long seqNr) {
    return new SnapshotKey(seqNr, UUID.randomUUID());
  }

  List<SnapshotInfo> snapshots(String id) {
    return SnapshotsPage.decode(
            ask(
                new JournalQuery.Snapshots(
                    id, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE, Integer.MAX_VALUE)))
        .snapshots();
  }

  String part(String id, SnapshotKey key, int part) {
    return ask(new JournalQuery.SnapshotPart(id, key, part)).asUtf8();
  }

  /** Everything that is stored, and the index it stands at, in a form that can be compared. */
  List<Bytes> dump() {
    machine.query(new JournalQuery.Header("any").encode()).toCompletableFuture().join();
    List<Bytes> pieces = new ArrayList<>();
    try (SnapshotReader reader = machine.openSnapshot()) {
      long offset = 0;
      boolean last = false;
      while (!last) {
        SnapshotReader.Chunk chunk = reader.read(offset, PAGE);
        pieces.add(chunk.bytes());
        offset += chunk.bytes().length();
        last = chunk.last();
      }
    }
    return pieces;
  }
}
