package dev.mesh.task;

import dev.mesh.persistence.serialization.CborEvent;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.List;

/**
 * What a ledger writes down. A ledger's state is the fold of its events and of nothing else. Times
 * are milliseconds since the epoch, read once by the ledger that wrote the event.
 */
public sealed interface LedgerEvent extends CborEvent {
  /** When the ledger decided it. */
  long at();

  /**
   * A task was taken.
   *
   * @param digest identifies the task's content, see {@link Digests}
   */
  record Submitted(Task task, long digest, long at) implements LedgerEvent {}

  /**
   * A task was given to a peer.
   *
   * @param token the fencing token, larger than all that this ledger gave before
   * @param incarnation the run of the peer's worker that may take it
   */
  record Awarded(String id, long token, PeerId peer, long incarnation, long at)
      implements LedgerEvent {}

  /**
   * An award came to nothing and the task waits again.
   *
   * @param lost whether the peer was lost with the task; else it did not take it
   */
  record Returned(String id, long token, boolean lost, String reason, long at)
      implements LedgerEvent {}

  /**
   * The one result was accepted.
   *
   * @param startedAt when the handler was called, 0 if unknown
   */
  record Completed(String id, long token, Bytes result, long startedAt, long at)
      implements LedgerEvent {}

  /**
   * A try failed and another is to come.
   *
   * @param retryAt the earliest time of the next award
   */
  record TryFailed(String id, long token, String error, long startedAt, long retryAt, long at)
      implements LedgerEvent {}

  /** The task failed for good. */
  record Failed(String id, long token, String error, long startedAt, long at)
      implements LedgerEvent {}

  /** Somebody cancelled the task. */
  record Cancelled(String id, long at) implements LedgerEvent {}

  /** The task's deadline passed first. */
  record Expired(String id, long at) implements LedgerEvent {}

  /** Ended tasks are no longer kept; their ids are remembered for a while. */
  record Forgotten(List<String> ids, long at) implements LedgerEvent {}
}
