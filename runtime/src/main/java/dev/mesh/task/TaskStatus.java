package dev.mesh.task;

import java.util.Locale;

/** Where a task stands. */
public enum TaskStatus {
  /** Accepted and on disk; it waits for a peer. */
  QUEUED,
  /** Given to a peer that has not said yet that it runs. */
  AWARDED,
  /** Its handler runs. */
  RUNNING,
  /** Ended with a result. */
  COMPLETED,
  /** Ended: its handler failed and no try is left. */
  FAILED,
  /** Ended: somebody cancelled it. */
  CANCELLED,
  /** Ended: its deadline passed first. */
  EXPIRED;

  /** Whether the task has ended for good. */
  public boolean terminal() {
    return this != QUEUED && this != AWARDED && this != RUNNING;
  }

  /** The status as it is written outside: lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The status that {@link #text} writes so.
   *
   * @throws InvalidTaskException if {@code text} names no status
   */
  public static TaskStatus parse(String text) {
    for (TaskStatus status : values()) {
      if (status.text().equals(text)) {
        return status;
      }
    }
    throw new InvalidTaskException(
        "status '"
            + text
            + "' is none of queued, awarded, running, completed, failed, cancelled, expired");
  }
}
