package dev.mesh.replication;

import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import java.util.Map;
import java.util.TreeMap;

/**
 * The terms of the entries that a machine has applied, so that a snapshot of it can be marked even
 * when its stored state is behind the compacted log. Remembers the latest {@value #MAX_TERMS}
 * terms, which reaches further back than writes can wait.
 */
final class AppliedTerms {
  private static final int MAX_TERMS = 1024;

  private final Membership membership;
  private final TreeMap<Long, Long> termFrom = new TreeMap<>();

  AppliedTerms(Membership membership, SnapshotMark start) {
    this.membership = membership;
    termFrom.put(start.index(), start.term());
  }

  void applied(long index, long term) {
    if (termFrom.lastEntry().getValue() != term) {
      termFrom.put(index, term);
      if (termFrom.size() > MAX_TERMS) {
        termFrom.pollFirstEntry();
      }
    }
  }

  void installed(SnapshotMark mark) {
    termFrom.put(mark.index(), mark.term());
  }

  SnapshotMark markAt(long index) {
    Map.Entry<Long, Long> start = termFrom.floorEntry(index);
    if (start == null) {
      throw new IllegalStateException("the term of entry " + index + " is not remembered");
    }
    return new SnapshotMark(index, start.getValue(), membership);
  }
}
