package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A task as its ledger keeps it. Immutable; each {@code with...} is one step of the task's life.
 *
 * @param task without its payload once the task has ended
 * @param digest identifies the content as submitted
 * @param order how many tasks the ledger took before this one
 * @param attempt awards so far
 * @param failures tries that failed
 * @param losses awards that were lost with their peer
 * @param token of the latest award, 0 before the first
 * @param reported whether the latest award has ended by a report of the worker
 * @param peer of the latest award
 * @param incarnation of that peer's worker
 * @param notBefore the earliest time of the next award, 0 for at once
 * @param endedAt when the task ended, 0 while it is open
 */
record TaskRecord(
    Task task,
    long digest,
    long order,
    TaskStatus status,
    int attempt,
    int failures,
    int losses,
    long token,
    boolean reported,
    Optional<PeerId> peer,
    long incarnation,
    long notBefore,
    Optional<Bytes> result,
    Optional<String> error,
    long endedAt,
    List<TaskView.Entry> history) {

  /** What a task costs beside its payload and result, roughly, in bytes of heap. */
  private static final long OVERHEAD = 1_000;

  static TaskRecord submitted(LedgerEvent.Submitted event, long order) {
    return new TaskRecord(
        event.task(),
        event.digest(),
        order,
        TaskStatus.QUEUED,
        0,
        0,
        0,
        0,
        false,
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(entry(event.at(), TaskStatus.QUEUED, Optional.empty(), 0, "submitted")));
  }

  TaskRecord awarded(LedgerEvent.Awarded event) {
    Optional<PeerId> winner = Optional.of(event.peer());
    return new TaskRecord(
        task,
        digest,
        order,
        TaskStatus.AWARDED,
        attempt + 1,
        failures,
        losses,
        event.token(),
        false,
        winner,
        event.incarnation(),
        0,
        result,
        error,
        0,
        and(entry(event.at(), TaskStatus.AWARDED, winner, attempt + 1, "")));
  }

  TaskRecord returned(LedgerEvent.Returned event) {
    return waiting(
        failures, losses + (event.lost() ? 1 : 0), false, 0, event.at(), event.reason(), history);
  }

  TaskRecord tryFailed(LedgerEvent.TryFailed event) {
    return waiting(
            failures + 1,
            losses,
            true,
            event.retryAt(),
            event.at(),
            "try failed: " + event.error(),
            started(event.startedAt()))
        .withError(event.error());
  }

  TaskRecord completed(LedgerEvent.Completed event) {
    return ended(
        TaskStatus.COMPLETED,
        Optional.of(event.result()),
        Optional.empty(),
        event.at(),
        "",
        started(event.startedAt()));
  }

  TaskRecord failed(LedgerEvent.Failed event) {
    Optional<String> why = Optional.of(event.error());
    return ended(
        TaskStatus.FAILED,
        Optional.empty(),
        why,
        event.at(),
        event.error(),
        started(event.startedAt()));
  }

  TaskRecord cancelled(LedgerEvent.Cancelled event) {
    return ended(TaskStatus.CANCELLED, Optional.empty(), error, event.at(), "", history);
  }

  TaskRecord expired(LedgerEvent.Expired event) {
    return ended(
        TaskStatus.EXPIRED, Optional.empty(), error, event.at(), "the deadline passed", history);
  }

  String id() {
    return task.id();
  }

  boolean open() {
    return !status.terminal();
  }

  /** Whether some peer holds the task now. */
  boolean held() {
    return status == TaskStatus.AWARDED;
  }

  /** Whether a report that carries {@code reportToken} may still decide this try. */
  boolean accepts(long reportToken) {
    return open() && !reported && token == reportToken;
  }

  /** The task's deadline in milliseconds, {@link Long#MAX_VALUE} where it has none. */
  long deadline() {
    return task.deadline().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
  }

  /** Roughly what the record takes of the heap. */
  long bytes() {
    return OVERHEAD + task.payload().length() + result.map(Bytes::length).orElse(0);
  }

  private TaskRecord waiting(
      int failureCount,
      int lossCount,
      boolean hasReported,
      long earliest,
      long at,
      String note,
      List<TaskView.Entry> before) {
    return new TaskRecord(
        task,
        digest,
        order,
        TaskStatus.QUEUED,
        attempt,
        failureCount,
        lossCount,
        token,
        hasReported,
        peer,
        incarnation,
        earliest,
        result,
        error,
        0,
        and(before, entry(at, TaskStatus.QUEUED, peer, attempt, note)));
  }

  private TaskRecord ended(
      TaskStatus end,
      Optional<Bytes> value,
      Optional<String> why,
      long at,
      String note,
      List<TaskView.Entry> before) {
    return new TaskRecord(
        withoutPayload(),
        digest,
        order,
        end,
        attempt,
        failures,
        losses,
        token,
        true,
        peer,
        incarnation,
        0,
        value,
        why,
        at,
        and(before, entry(at, end, peer, attempt, note)));
  }

  private TaskRecord withError(String text) {
    return new TaskRecord(
        task,
        digest,
        order,
        status,
        attempt,
        failures,
        losses,
        token,
        reported,
        peer,
        incarnation,
        notBefore,
        result,
        Optional.of(text),
        endedAt,
        history);
  }

  private Task withoutPayload() {
    return new Task(
        task.id(),
        task.kind(),
        Bytes.EMPTY,
        task.capabilities(),
        task.placement(),
        task.priority(),
        task.deadline(),
        task.retries());
  }

  private List<TaskView.Entry> started(long startedAt) {
    return startedAt == 0 ? history : and(entry(startedAt, TaskStatus.RUNNING, peer, attempt, ""));
  }

  private List<TaskView.Entry> and(TaskView.Entry next) {
    return and(history, next);
  }

  /** The first entry stays; of the others the oldest goes when there are too many. */
  private static List<TaskView.Entry> and(List<TaskView.Entry> before, TaskView.Entry next) {
    List<TaskView.Entry> all = new ArrayList<>(before);
    all.add(next);
    if (all.size() > TaskView.MAX_HISTORY) {
      all.remove(1);
    }
    return List.copyOf(all);
  }

  private static TaskView.Entry entry(
      long at, TaskStatus status, Optional<PeerId> peer, int attempt, String note) {
    return new TaskView.Entry(Instant.ofEpochMilli(at), status, peer, attempt, note);
  }
}
