package dev.mesh.replication;

import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Gives committed entries to the machine, in order, no faster than it can write them. What waits is
 * in the core's log as well, so it costs a reference each. Used by the group's actor alone.
 */
final class Applier {
  private final StateMachine machine;
  private final Calls calls;
  private final AppliedTerms terms;
  private final Runnable resume;
  private final Deque<Entry> waiting = new ArrayDeque<>();
  private boolean paused;

  /**
   * @param resume to be called, on any thread, when the machine can take more: it must see to it
   *     that {@link #resumed} is called on the actor's
   */
  Applier(StateMachine machine, Calls calls, AppliedTerms terms, Runnable resume) {
    this.machine = machine;
    this.calls = calls;
    this.terms = terms;
    this.resume = resume;
  }

  /** Returns the index that the machine stands at now. */
  long apply(List<Entry> entries) {
    waiting.addAll(entries);
    return drain();
  }

  long resumed() {
    paused = false;
    return drain();
  }

  /** A snapshot that holds what waits, and more, is about to take the machine's place. */
  void supersede() {
    waiting.clear();
  }

  private long drain() {
    while (!paused && !waiting.isEmpty()) {
      CompletionStage<Void> writable = machine.writable();
      if (writable.toCompletableFuture().isDone()) {
        apply(waiting.poll());
      } else {
        paused = true;
        writable.whenComplete((done, failure) -> resume.run());
      }
    }
    return machine.appliedIndex();
  }

  private void apply(Entry entry) {
    if (entry.type() == EntryType.COMMANDS) {
      calls.applied(
          entry.index(), entry.term(), machine.apply(entry.index(), Blocks.split(entry.payload())));
    } else {
      machine.advance(entry.index());
    }
    terms.applied(entry);
  }
}
