package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What can be seen of a task at one moment. Immutable.
 *
 * @param peer who holds the task now, or held it last
 * @param attempt the number of awards so far; 0 before the first
 * @param token the fencing token of the latest award; 0 before the first. It only grows
 * @param result the handler's output once completed; absent in listings
 * @param error why the task failed, or why its latest try did
 * @param history what happened to it, oldest first, the latest {@value #MAX_HISTORY} entries; empty
 *     in listings
 * @param why why a waiting task waits
 * @param progress what the handler last said about its progress, while it runs
 * @param stale true when this peer could reach no majority and answered from its own replica
 */
public record TaskView(
    String id,
    String kind,
    TaskStatus status,
    Optional<PeerId> peer,
    int attempt,
    long token,
    Optional<Bytes> result,
    Optional<String> error,
    List<Entry> history,
    Optional<String> why,
    Optional<String> progress,
    boolean stale) {

  public static final int MAX_HISTORY = 32;

  public TaskView {
    history = List.copyOf(history);
  }

  /**
   * A step of a task's life.
   *
   * @param peer absent where no peer had a part
   * @param note what else is worth knowing: an error, a reason; may be empty
   */
  public record Entry(
      Instant time, TaskStatus status, Optional<PeerId> peer, int attempt, String note) {}

  /** The same view, marked as possibly out of date. */
  public TaskView asStale() {
    return new TaskView(
        id, kind, status, peer, attempt, token, result, error, history, why, progress, true);
  }
}
