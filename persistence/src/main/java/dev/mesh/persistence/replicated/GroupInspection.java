package dev.mesh.persistence.replicated;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.HardState;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What {@link LogInspector} found of one group. Where there are problems, it is what could be read
 * before the first one that ends the reading.
 *
 * @param compacted where the log begins; at index 0 with the membership that the replica began with
 * @param entries those that are there, after the compaction point
 * @param batches how many writes hold them
 * @param bytes of the log on disk, before compression
 * @param applied the last entry in the group's state machine, unless that cannot be read
 * @param problems what does not fit, each in words; empty when the peer can start with this
 */
public record GroupInspection(
    GroupId group,
    HardState hardState,
    SnapshotMark compacted,
    List<Entry> entries,
    long batches,
    long bytes,
    OptionalLong applied,
    List<String> problems) {
  public GroupInspection {
    entries = List.copyOf(entries);
    problems = List.copyOf(problems);
  }

  /** How many entries, and the bytes of their payloads. */
  public record Total(long entries, long bytes) {
    private Total plus(Total other) {
      return new Total(entries + other.entries, bytes + other.bytes);
    }
  }

  /** The index of the first entry, or of the one that would come next. */
  public long firstIndex() {
    return entries.isEmpty() ? compacted.index() + 1 : entries.get(0).index();
  }

  /** The index of the last entry, or of the compaction point. */
  public long lastIndex() {
    return entries.isEmpty() ? compacted.index() : entries.get(entries.size() - 1).index();
  }

  /** The latest members in the log; empty if a new replica has not heard of any yet. */
  public Optional<Membership> members() {
    return Stream.concat(
            Stream.of(compacted.membership()),
            entries.stream()
                .filter(entry -> entry.type() == EntryType.CONFIGURATION)
                .map(entry -> Membership.fromBytes(entry.payload())))
        .reduce((earlier, later) -> later)
        .filter(latest -> !latest.voters().isEmpty());
  }

  /** The entries of each type that there are any of. */
  public Map<EntryType, Total> totals() {
    Map<EntryType, Total> totals = new EnumMap<>(EntryType.class);
    for (Entry entry : entries) {
      totals.merge(entry.type(), new Total(1, entry.payload().length()), Total::plus);
    }
    return totals;
  }
}
