package dev.mesh.protocols.raft;

import java.util.List;

/**
 * The log as it is held in memory: the entries after the compaction point, in a ring, so that every
 * access by index is constant in time and cutting either end costs nothing for what stays.
 *
 * <p>Invariant: the entries follow the compaction point without a gap and their terms never go
 * down.
 */
final class RaftLog {
  private static final int LEAST_SLOTS = 16;

  private SnapshotMark compacted;
  private Entry[] ring = new Entry[LEAST_SLOTS];

  /** At an entry's slot: the weight of every entry since the start up to and with it. */
  private long[] weight = new long[LEAST_SLOTS];

  private int head;
  private int size;
  private long compactedWeight;

  RaftLog(SnapshotMark compacted, List<Entry> entries) {
    this.compacted = compacted;
    entries.forEach(this::append);
  }

  /** Where the log begins: what is up to here is only in the state machine. */
  SnapshotMark compacted() {
    return compacted;
  }

  long firstIndex() {
    return compacted.index() + 1;
  }

  long lastIndex() {
    return compacted.index() + size;
  }

  long lastTerm() {
    return termAt(lastIndex());
  }

  /** The weight of the entries after {@code index}, in bytes. */
  long bytesAfter(long index) {
    return weightAt(lastIndex()) - weightAt(index);
  }

  /** The weight of all entries, in bytes. */
  long bytes() {
    return bytesAfter(compacted.index());
  }

  /** Whether {@link #termAt} knows {@code index}. */
  boolean knows(long index) {
    return index >= compacted.index() && index <= lastIndex();
  }

  /** The term of an entry, or of the compaction point. */
  long termAt(long index) {
    return index == compacted.index() ? compacted.term() : ring[slot(index)].term();
  }

  /** Whether the entry with this index and term is here (§5.3: then all before it agree too). */
  boolean matches(long index, long term) {
    return knows(index) && termAt(index) == term;
  }

  /** §5.4.1: whether a log that ends like this is at least as up to date as this one. */
  boolean isCoveredBy(long otherLastIndex, long otherLastTerm) {
    return otherLastTerm > lastTerm()
        || (otherLastTerm == lastTerm() && otherLastIndex >= lastIndex());
  }

  /** The first index, still in the log, of the term that {@code index} has. */
  long firstOfTermAt(long index) {
    return firstNotBelow(termAt(index));
  }

  /** The last index, still known, whose term is {@code term} or less. */
  long lastNotAbove(long term) {
    return firstNotBelow(term + 1) - 1;
  }

  /** Entries from {@code from} to at most {@code to}, at least one, as many as weigh no more. */
  List<Entry> slice(long from, long to, long maxBytes) {
    long before = weightAt(from - 1);
    long end = from;
    while (end < to && weightAt(end + 1) - before <= maxBytes) {
      end++;
    }
    Entry[] slice = new Entry[(int) (end - from + 1)];
    for (int i = 0; i < slice.length; i++) {
      slice[i] = ring[slot(from + i)];
    }
    return List.of(slice);
  }

  void append(Entry entry) {
    if (entry.index() != lastIndex() + 1 || entry.term() < lastTerm()) {
      throw new IllegalStateException(
          "entry "
              + entry.index()
              + " of term "
              + entry.term()
              + " does not follow entry "
              + lastIndex()
              + " of term "
              + lastTerm());
    }
    if (size == ring.length) {
      resize(2 * size);
    }
    long total = weightAt(lastIndex()) + entry.size();
    size++;
    int slot = slot(entry.index());
    ring[slot] = entry;
    weight[slot] = total;
  }

  /** Drops the entries from {@code fromIndex} on. */
  void truncateFrom(long fromIndex) {
    while (lastIndex() >= fromIndex) {
      ring[slot(lastIndex())] = null;
      size--;
    }
  }

  /** Drops the entries up to {@code mark}, which is in the log. */
  void compactTo(SnapshotMark mark) {
    if (!matches(mark.index(), mark.term())) {
      throw new IllegalStateException("the log does not hold " + mark);
    }
    compactedWeight = weightAt(mark.index());
    int drop = (int) (mark.index() - compacted.index());
    for (int i = 0; i < drop; i++) {
      ring[(head + i) & (ring.length - 1)] = null;
    }
    head = (head + drop) & (ring.length - 1);
    size -= drop;
    compacted = mark;
    if (ring.length > LEAST_SLOTS && size < ring.length / 4) {
      resize(ring.length / 2);
    }
  }

  /** Drops everything: the log begins anew after {@code mark}. */
  void replaceBy(SnapshotMark mark) {
    truncateFrom(firstIndex());
    compacted = mark;
  }

  void checkInvariants() {
    long previousTerm = compacted.term();
    for (long index = firstIndex(); index <= lastIndex(); index++) {
      Entry entry = ring[slot(index)];
      if (entry.index() != index || entry.term() < previousTerm) {
        throw new IllegalStateException("at " + index + " the log holds " + entry);
      }
      previousTerm = entry.term();
    }
  }

  /** Terms never go down, so the first index whose term is {@code term} or more is a bisection. */
  private long firstNotBelow(long term) {
    long low = firstIndex();
    long high = lastIndex() + 1;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (termAt(middle) >= term) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private long weightAt(long index) {
    return index == compacted.index() ? compactedWeight : weight[slot(index)];
  }

  private int slot(long index) {
    long offset = index - compacted.index() - 1;
    if (offset < 0 || offset >= size) {
      throw new IllegalStateException(
          "index " + index + " is not in the log of " + firstIndex() + " to " + lastIndex());
    }
    return (head + (int) offset) & (ring.length - 1);
  }

  private void resize(int slots) {
    Entry[] entries = new Entry[slots];
    long[] weights = new long[slots];
    for (int i = 0; i < size; i++) {
      int slot = (head + i) & (ring.length - 1);
      entries[i] = ring[slot];
      weights[i] = weight[slot];
    }
    ring = entries;
    weight = weights;
    head = 0;
  }
}
