package dev.mesh.protocols.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * Rebuilds the persistent state at start: a fold over the records in the order they were written.
 * What does not fit together is refused with {@link IllegalStateException}, because a gap here is a
 * forgotten vote or a forgotten promise: such a peer must not take part. Not thread-safe.
 *
 * <p>A writer may have dropped the oldest records (see {@link LogRecord}), so the first entry seen
 * may have any index; the compaction point, which is found later, must then reach it.
 */
public final class Recovery {
  private HardState hardState = HardState.INITIAL;
  private SnapshotMark compacted;
  private final List<Entry> entries = new ArrayList<>();

  /** The index before the first of {@code entries}. */
  private long base;

  private boolean begun;

  /**
   * Nothing on disk yet.
   *
   * @param bootstrap the membership that the group is made with, the same at all its first members;
   *     {@link Membership#NONE} for a peer that joins later. What a log on disk says goes before it
   */
  public Recovery(Membership bootstrap) {
    this.compacted = SnapshotMark.beginning(bootstrap);
  }

  /** The next record. */
  public void add(LogRecord record) {
    if (record instanceof LogRecord.TermAndVote it) {
      termAndVote(it.state());
    } else if (record instanceof LogRecord.Appended it) {
      it.entries().forEach(this::append);
    } else if (record instanceof LogRecord.Truncated it) {
      truncate(it.fromIndex());
    } else if (record instanceof LogRecord.CompactedTo it) {
      compact(it.mark());
    } else if (record instanceof LogRecord.SnapshotInstalled it) {
      replace(it.mark());
    } else {
      throw new IllegalArgumentException("unknown record " + record);
    }
  }

  /**
   * The state that all records make together; call it after the last one.
   *
   * @param machine where the state machine stands: the last entry it durably applied, or the
   *     snapshot it durably installed
   */
  public Recovered recovered(SnapshotMark machine) {
    if (base > compacted.index()) {
      throw broken("it begins at entry " + (base + 1) + ", not after entry " + compacted.index());
    }
    if (machine.index() < compacted.index()) {
      throw broken(
          "the state machine stands at entry "
              + machine.index()
              + " but the log begins after entry "
              + compacted.index());
    }
    if (lastTerm() > hardState.term()) {
      throw broken("it ends in term " + lastTerm() + ", after term " + hardState.term());
    }
    return new Recovered(hardState, compacted, entries, machine);
  }

  /** The point that an entry of the log, or the mark before it, is. */
  public SnapshotMark markAt(long index) {
    if (index == compacted.index()) {
      return compacted;
    }
    if (index < compacted.index() || index > lastIndex()) {
      throw broken(
          "the state machine stands at entry "
              + index
              + " but the log holds "
              + (compacted.index() + 1)
              + " to "
              + lastIndex());
    }
    List<Entry> upTo = entries.subList(0, (int) (index - compacted.index()));
    Membership membership = new Configurations(compacted, upTo).latest();
    return new SnapshotMark(index, upTo.get(upTo.size() - 1).term(), membership);
  }

  /** What the records so far make, before it is checked as a whole. */
  public HardState hardState() {
    return hardState;
  }

  /** As {@link #hardState}: the compaction point. */
  public SnapshotMark compacted() {
    return compacted;
  }

  /** As {@link #hardState}: the entries that are there. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  private void termAndVote(HardState next) {
    if (next.term() < hardState.term()) {
      throw broken("term " + next.term() + " comes after term " + hardState.term());
    }
    hardState = next;
  }

  private void append(Entry entry) {
    if (!begun) {
      begun = true;
      base = entry.index() - 1;
    }
    if (entry.index() != lastIndex() + 1) {
      throw broken("entry " + entry.index() + " comes after entry " + lastIndex());
    }
    if (entry.term() < lastTerm()) {
      throw broken("entry " + entry.index() + " goes back to term " + entry.term());
    }
    entries.add(entry);
  }

  /** As the first of all records, what it cut off was dropped before it. */
  private void truncate(long fromIndex) {
    if (!begun) {
      return;
    }
    if (fromIndex <= compacted.index() || fromIndex > lastIndex()) {
      throw broken(
          "its end was cut off from entry "
              + fromIndex
              + " on, but it holds "
              + (compacted.index() + 1)
              + " to "
              + lastIndex());
    }
    long kept = Math.max(0, fromIndex - base - 1);
    entries.subList((int) kept, entries.size()).clear();
    base = Math.min(base, fromIndex - 1);
  }

  private void compact(SnapshotMark mark) {
    if (mark.index() < compacted.index() || (begun && mark.index() > lastIndex())) {
      throw broken(
          "it is compacted to entry "
              + mark.index()
              + ", outside of "
              + compacted.index()
              + " to "
              + lastIndex());
    }
    if (!begun || mark.index() > base) {
      int dropped = (int) Math.min(entries.size(), mark.index() - base);
      entries.subList(0, dropped).clear();
      base = mark.index();
    }
    begun = true;
    compacted = mark;
  }

  private void replace(SnapshotMark mark) {
    if (mark.index() < compacted.index()) {
      throw broken("a snapshot at " + mark.index() + " comes after entry " + compacted.index());
    }
    begun = true;
    entries.clear();
    base = mark.index();
    compacted = mark;
  }

  private long lastIndex() {
    return base + entries.size();
  }

  private long lastTerm() {
    return entries.isEmpty() ? compacted.term() : entries.get(entries.size() - 1).term();
  }

  private static IllegalStateException broken(String what) {
    return new IllegalStateException(
        "the Raft log on disk is damaged: "
            + what
            + ". This peer must not take part: restore its folder, or remove it and let it join"
            + " anew");
  }
}
