package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What one write of a persistent actor becomes: as few appends as the largest command allows, none
 * of which cuts an atomic write. Not thread-safe.
 */
final class AppendPlan {
  /** Kind, id's and writer's lengths, epoch and so on, and some to spare. */
  private static final int OVERHEAD = 256;

  /** Consecutive rows that go in one append. */
  record Run(String persistenceId, String writer, long firstSeqNr, List<Bytes> rows) {
    JournalCommand toCommand(long epoch) {
      return JournalCommand.Append.of(persistenceId, epoch, writer, firstSeqNr, rows);
    }
  }

  private final String persistenceId;
  private final String writer;
  private final int maxBytes;
  private final List<Run> runs = new ArrayList<>();
  private long nextSeqNr;
  private int voids; // not yet part of a run: they are only stored in front of an event
  private int bytes; // of the last run

  AppendPlan(String persistenceId, String writer, long firstSeqNr, int maxCommandBytes) {
    this.persistenceId = persistenceId;
    this.writer = writer;
    this.nextSeqNr = firstSeqNr;
    this.maxBytes = maxCommandBytes - OVERHEAD - 4 * (persistenceId.length() + writer.length());
  }

  String persistenceId() {
    return persistenceId;
  }

  /** The next {@code count} sequence numbers hold no event. */
  void addVoids(int count) {
    voids += count;
  }

  /**
   * Adds the events of an atomic write.
   *
   * @throws IllegalArgumentException if they are more than one command can hold
   */
  void add(List<Bytes> events) {
    int size = size(events) + voids * size(List.of(EventRow.VOID));
    if (size > maxBytes) {
      throw new IllegalArgumentException(
          "events %d to %d of '%s' take %d bytes; %d is the limit for what is persisted at once"
                  .formatted(
                      nextSeqNr + voids,
                      nextSeqNr + voids + events.size() - 1,
                      persistenceId,
                      size,
                      maxBytes)
              + " (mesh.replication.max-command-bytes): keep large payloads elsewhere");
    }
    if (runs.isEmpty() || bytes + size > maxBytes) {
      runs.add(new Run(persistenceId, writer, nextSeqNr, new ArrayList<>()));
      bytes = 0;
    }
    List<Bytes> rows = runs.get(runs.size() - 1).rows();
    rows.addAll(Collections.nCopies(voids, EventRow.VOID));
    rows.addAll(events);
    bytes += size;
    nextSeqNr += voids + events.size();
    voids = 0;
  }

  List<Run> runs() {
    return runs;
  }

  /** What is left over because no event followed. */
  Optional<Rejections.Voids> trailingVoids() {
    return voids == 0
        ? Optional.empty()
        : Optional.of(new Rejections.Voids(writer, nextSeqNr, nextSeqNr + voids - 1));
  }

  private static int size(List<Bytes> rows) {
    int size = 0;
    for (Bytes row : rows) {
      size += Integer.BYTES + row.length();
    }
    return size;
  }
}
