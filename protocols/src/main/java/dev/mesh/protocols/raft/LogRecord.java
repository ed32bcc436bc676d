package dev.mesh.protocols.raft;

import java.util.List;

/**
 * What goes to disk, in this order and no other: the persistent state is the fold of these records
 * ({@link Recovery}). Once a {@link CompactedTo} or {@link SnapshotInstalled} is on disk, a writer
 * may drop the oldest records, from the front and without a gap, up to the first {@link Appended}
 * that holds an entry after the mark's index, and never that batch itself: its {@link TermAndVote}
 * repeats the latest one for this reason.
 */
public sealed interface LogRecord {
  /** The latest term and vote. */
  record TermAndVote(HardState state) implements LogRecord {}

  /** Entries that follow the last one without a gap. */
  record Appended(List<Entry> entries) implements LogRecord {
    public Appended {
      entries = List.copyOf(entries);
    }
  }

  /** Entries from {@code fromIndex} on conflicted with a leader's and are gone (§5.3). */
  record Truncated(long fromIndex) implements LogRecord {}

  /** Entries up to the mark are in the state machine and no longer needed (§7). */
  record CompactedTo(SnapshotMark mark) implements LogRecord {}

  /** A leader's snapshot took the place of the whole log (§7). */
  record SnapshotInstalled(SnapshotMark mark) implements LogRecord {}
}
