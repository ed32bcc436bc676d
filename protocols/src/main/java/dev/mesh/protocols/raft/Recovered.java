package dev.mesh.protocols.raft;

import java.util.List;

/**
 * What a core starts from: the fold of its records and the point that its state machine stands at.
 * Made by {@link Recovery}.
 *
 * @param compacted entries up to here are gone
 * @param entries what follows {@code compacted}, without a gap
 * @param machine where the state machine stands; at or after {@code compacted}
 */
public record Recovered(
    HardState hardState, SnapshotMark compacted, List<Entry> entries, SnapshotMark machine) {
  public Recovered {
    entries = List.copyOf(entries);
  }
}
