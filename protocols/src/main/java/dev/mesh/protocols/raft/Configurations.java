package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The memberships that the log holds, each in force from its entry on. A peer goes by the latest,
 * committed or not (thesis §4.1); when its entry is cut off, the one before is in force again.
 */
final class Configurations {
  private final TreeMap<Long, Membership> from = new TreeMap<>();
  private Membership latest;
  private long latestIndex;

  Configurations(SnapshotMark base, List<Entry> entries) {
    from.put(base.index(), base.membership());
    refresh();
    entries.forEach(this::appended);
  }

  Membership latest() {
    return latest;
  }

  /** The entry that {@link #latest} came by; the snapshot's, if it came by one. */
  long latestIndex() {
    return latestIndex;
  }

  /** The membership as of an entry that is not compacted away. */
  Membership at(long index) {
    return from.floorEntry(index).getValue();
  }

  /** Whether {@code peer} was a voter until the latest change. */
  boolean wasVoter(PeerId peer) {
    Map.Entry<Long, Membership> previous = from.lowerEntry(latestIndex);
    return previous != null && previous.getValue().isVoter(peer);
  }

  void appended(Entry entry) {
    if (entry.type() == EntryType.CONFIGURATION) {
      from.put(entry.index(), Membership.fromBytes(entry.payload()));
      refresh();
    }
  }

  void truncatedFrom(long index) {
    from.tailMap(index, true).clear();
    refresh();
  }

  void compactedTo(long index) {
    from.headMap(from.floorKey(index), false).clear();
  }

  void replacedBy(SnapshotMark mark) {
    from.clear();
    from.put(mark.index(), mark.membership());
    refresh();
  }

  private void refresh() {
    latest = from.lastEntry().getValue();
    latestIndex = from.lastKey();
  }
}
