package dev.mesh.protocols.raft;

/**
 * The point in the log that a snapshot, or a state machine, stands at (§7): everything up to {@code
 * index} is in it.
 *
 * @param index the last entry included, 0 for none
 * @param term that entry's term
 * @param membership the group as of that entry
 */
public record SnapshotMark(long index, long term, Membership membership) {
  public SnapshotMark {
    if (index < 0 || term < 0 || (index == 0) != (term == 0)) {
      throw new IllegalArgumentException("no snapshot ends at " + index + " of term " + term);
    }
  }

  /** Where a new group begins. */
  public static SnapshotMark beginning(Membership membership) {
    return new SnapshotMark(0, 0, membership);
  }
}
