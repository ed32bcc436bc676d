package dev.mesh.protocols.raft;

import dev.mesh.protocols.Draws;
import java.util.ArrayList;
import java.util.List;

/** The records of one peer: what is synced survives a crash, of the rest perhaps a beginning. */
final class SimulatedDisk {
  private final List<LogRecord> records = new ArrayList<>();
  private final Membership bootstrap;

  /** How many of the records are synced. */
  private int synced;

  SimulatedDisk(Membership bootstrap) {
    this.bootstrap = bootstrap;
  }

  /** Returns the mark of what a sync has to reach to hold these records. */
  int write(List<LogRecord> more) {
    records.addAll(more);
    return records.size();
  }

  void sync(int mark) {
    synced = Math.max(synced, mark);
  }

  void crash(Draws draws) {
    int survive = synced + draws.below(records.size() - synced + 1);
    records.subList(survive, records.size()).clear();
    synced = records.size();
  }

  Recovered recover(SnapshotMark machine) {
    dropWhatIsCompacted();
    Recovery recovery = new Recovery(bootstrap);
    records.forEach(recovery::add);
    return recovery.recovered(machine);
  }

  /** As far as {@link LogRecord} allows, at a moment when nothing is being written. */
  private void dropWhatIsCompacted() {
    int last = -1;
    SnapshotMark mark = null;
    for (int i = 0; i < records.size(); i++) {
      LogRecord record = records.get(i);
      if (record instanceof LogRecord.CompactedTo it) {
        mark = it.mark();
        last = i;
      } else if (record instanceof LogRecord.SnapshotInstalled it) {
        mark = it.mark();
        last = i;
      }
    }
    boolean repeated =
        last >= 0
            && last + 1 < records.size()
            && records.get(last + 1) instanceof LogRecord.TermAndVote;
    if (repeated) {
      int drop = 0;
      while (drop < last && !holdsEntryAfter(records.get(drop), mark.index())) {
        drop++;
      }
      records.subList(0, drop).clear();
      synced = records.size();
    }
  }

  private static boolean holdsEntryAfter(LogRecord record, long index) {
    return record instanceof LogRecord.Appended it
        && it.entries().get(it.entries().size() - 1).index() > index;
  }
}
