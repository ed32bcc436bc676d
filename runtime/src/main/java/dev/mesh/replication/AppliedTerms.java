package dev.mesh.replication;

import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import java.util.Map;
import java.util.TreeMap;

/**
 * The terms and memberships of the entries that a machine has applied, so that a snapshot of it can
 * be marked even when its stored state is behind the compacted log. Remembers the latest {@value
 * #MAX_CHANGES} changes of either, which reaches further back than writes can wait.
 */
final class AppliedTerms {
  private static final int MAX_CHANGES = 1024;

  /** The marks at which the term or the membership became another. */
  private final TreeMap<Long, SnapshotMark> changes = new TreeMap<>();

  AppliedTerms(SnapshotMark start) {
    changes.put(start.index(), start);
  }

  void applied(Entry entry) {
    SnapshotMark last = changes.lastEntry().getValue();
    boolean reconfigured = entry.type() == EntryType.CONFIGURATION;
    if (last.term() != entry.term() || reconfigured) {
      Membership membership =
          reconfigured ? Membership.fromBytes(entry.payload()) : last.membership();
      changes.put(entry.index(), new SnapshotMark(entry.index(), entry.term(), membership));
      if (changes.size() > MAX_CHANGES) {
        changes.pollFirstEntry();
      }
    }
  }

  void installed(SnapshotMark mark) {
    changes.put(mark.index(), mark);
  }

  SnapshotMark markAt(long index) {
    Map.Entry<Long, SnapshotMark> from = changes.floorEntry(index);
    if (from == null) {
      throw new IllegalStateException("the term of entry " + index + " is not remembered");
    }
    return new SnapshotMark(index, from.getValue().term(), from.getValue().membership());
  }
}
