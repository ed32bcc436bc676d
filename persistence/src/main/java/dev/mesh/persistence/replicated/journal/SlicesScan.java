package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.persistence.replicated.journal.CommitOrder.Run;
import dev.mesh.persistence.replicated.journal.JournalQuery.CommittedEvent;
import dev.mesh.persistence.replicated.journal.JournalQuery.SlicesPage;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.List;

/** Reads one page of the order of commits: runs that match, and of these what is not deleted. */
final class SlicesScan {
  /** Runs looked at for a page: one that finds little ends all the same. */
  private static final int MAX_RUNS = 4096;

  private final GroupView view;
  private final JournalQuery.Slices query;
  private final List<CommittedEvent> events = new ArrayList<>();
  private int bytes;
  private int runs;
  private long through;

  SlicesScan(GroupView view, JournalQuery.Slices query) {
    this.view = view;
    this.query = query;
    this.through = query.after();
  }

  SlicesPage page() {
    long last = CommitOrder.lastIn(view);
    boolean[] ended = {true};
    view.scan(
        JournalKeys.committed(query.after() + 1),
        JournalKeys.committedEnd(),
        (key, value) -> {
          ended[0] = runs++ < MAX_RUNS && take(Run.read(key, value));
          return ended[0];
        });
    return new SlicesPage(ended[0] ? Math.max(last, through) : through, last, events);
  }

  /** Returns whether all of the run is in the page, or need not be. */
  private boolean take(Run run) {
    if (query.matches(run.persistenceId()) && !takeEvents(run)) {
      return false;
    }
    through = run.lastNumber();
    return true;
  }

  private boolean takeEvents(Run run) {
    String id = run.persistenceId();
    long firstNumber = Math.max(run.firstNumber(), query.after() + 1);
    long firstSeqNr = run.firstSeqNr() + firstNumber - run.firstNumber();
    boolean[] fits = {true};
    view.scan(
        JournalKeys.event(id, firstSeqNr),
        JournalKeys.event(id, run.firstSeqNr() + run.count()),
        (key, row) -> {
          long seqNr = JournalKeys.seqNrOfEvent(key);
          fits[0] = add(run.firstNumber() + seqNr - run.firstSeqNr(), id, seqNr, row);
          return fits[0];
        });
    return fits[0];
  }

  private boolean add(long number, String id, long seqNr, Bytes row) {
    bytes += row.length() + id.length();
    if (!events.isEmpty() && bytes > query.maxBytes()) {
      return false;
    }
    events.add(new CommittedEvent(number, id, seqNr, row));
    through = number;
    return true;
  }
}
