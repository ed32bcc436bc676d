package dev.mesh.task;

import java.time.Instant;
import java.util.Optional;

/** What a handler knows of the task that it runs. Thread-safe. */
public interface TaskContext {
  String id();

  String kind();

  /** A copy of the task's payload. */
  byte[] payload();

  /** Which try this is, from 1. */
  int attempt();

  /**
   * The fencing token of this award. Tokens of one task only grow, so whatever the handler writes
   * to can refuse a smaller one than it has seen.
   */
  long token();

  Optional<Instant> deadline();

  /** Says how far the work is; the latest note, cut at 200 characters, is shown with the task. */
  void progress(String note);

  /**
   * True once nobody waits for the result any more: the task was cancelled, is past its deadline or
   * went to another peer. The thread that called the handler is interrupted as well.
   */
  boolean cancelled();
}
