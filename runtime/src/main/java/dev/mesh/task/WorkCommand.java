package dev.mesh.task;

import dev.mesh.persistence.serialization.WireMessage;
import java.util.List;

/** What ledgers tell a peer's {@link WorkQueue}; {@link Sent} travels between peers. */
public sealed interface WorkCommand permits WorkCommand.Sent, WorkQueue.Local {

  /** Names an award: what one task is on its {@code token}. */
  record AwardKey(String id, long token) {}

  /**
   * A task to run.
   *
   * @param incarnation the run of the worker that it is meant for; another refuses it
   */
  record Award(Task task, long token, int attempt, long incarnation) {
    AwardKey key() {
      return new AwardKey(task.id(), token);
    }
  }

  /** From a ledger, to which the worker reports through the shard region. */
  sealed interface Sent extends WorkCommand, WireMessage {
    int ledger();
  }

  /** Run these. Told again until the worker reports them; the worker takes each once. */
  record Assign(int ledger, List<Award> awards) implements Sent {}

  /** Do you still have these? The worker reports on each. */
  record Check(int ledger, List<AwardKey> keys) implements Sent {}

  /** Nobody waits for these any more: drop or stop them. */
  record Revoke(int ledger, List<AwardKey> keys) implements Sent {}

  /** The ends of these are decided; the worker need not report them again. */
  record Confirm(int ledger, List<AwardKey> keys) implements Sent {}
}
