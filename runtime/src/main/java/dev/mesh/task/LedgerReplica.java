package dev.mesh.task;

import dev.mesh.task.TasksException.Code;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A ledger as this peer's own replica of the journal has it: for reads while no majority can be
 * reached. It may be behind. Not thread-safe while it is made, immutable in use.
 */
public final class LedgerReplica {
  private final LedgerState state;

  private LedgerReplica(LedgerState state) {
    this.state = state;
  }

  /** Where this peer's own replicas of ledgers are. Must not need a majority. */
  @FunctionalInterface
  public interface Source {
    /** What this peer's replica of the journal holds of a ledger; empty if it has no replica. */
    Optional<CompletionStage<LedgerReplica>> read(int ledger);
  }

  /**
   * Replays what the journal holds under {@link TaskLedger#persistenceId}.
   *
   * @param snapshot the latest snapshot, if there is one
   * @param events those after the snapshot, in order
   */
  public static LedgerReplica replay(Optional<?> snapshot, Iterable<?> events) {
    LedgerState state =
        snapshot.map(stored -> LedgerState.of((LedgerSnapshot) stored)).orElseGet(LedgerState::new);
    events.forEach(event -> state.apply((LedgerEvent) event));
    return new LedgerReplica(state);
  }

  /**
   * The task, marked stale; empty if it is not known here, which does not mean that there is none.
   *
   * @throws TasksException with {@code GONE}
   */
  Optional<TaskView> view(String id) {
    if (state.wasForgotten(id)) {
      throw new TasksException(Code.GONE, LedgerCore.gone(id));
    }
    return state.task(id).map(task -> Views.of(task, true).asStale());
  }

  List<TaskView> list(Tasks.Query query) {
    return state.after(query.after()).stream()
        .filter(task -> query.status().isEmpty() || task.status() == query.status().get())
        .limit(query.limit())
        .map(task -> Views.of(task, false).asStale())
        .toList();
  }
}
