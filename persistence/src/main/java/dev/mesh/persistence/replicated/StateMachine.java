package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What a Raft group replicates: a deterministic state that commands change, one log entry after the
 * other. Equal commands in equal order give equal state and equal answers at every replica, so a
 * machine reads no clock, makes no random draw and looks at nothing but its state.
 *
 * <p><b>Durability.</b> The changes of an entry and its index go to the peer's store in one batch,
 * queued in the order of calls but not waited for: the group's log, which is synced in the same
 * write-ahead log, repeats what a crash loses, and because the index is in the batch it repeats it
 * exactly. Whatever the host writes to the same store after a call (such as the compaction of the
 * log up to that entry) is behind that batch and never survives without it.
 *
 * <p><b>Threads.</b> One thread at a time calls a machine: the group's actor. Stages complete on
 * other threads. No call waits for the disk to sync.
 *
 * <p><b>Failure.</b> After a write that failed, and after a command that this version does not
 * know, every call throws {@link IllegalStateException}: the machine in memory is ahead of what is
 * stored, or behind the group. The replica must stop, and opens a new machine when the process
 * starts again.
 */
public interface StateMachine {
  /** The last entry applied; at start, the last one whose changes are stored. 0 for none. */
  long appliedIndex();

  /**
   * The last entry whose effect survives a crash together with everything before it, or is repeated
   * into a state that does: the log may be compacted up to here and no further. Never falls. A
   * machine that stores every entry has nothing else to say than {@link #appliedIndex}.
   */
  default long storedIndex() {
    return appliedIndex();
  }

  /**
   * The host would like to compact its log beyond {@link #storedIndex}: a machine that does not
   * store every entry begins to store its state. May be called often; what is under way goes on.
   *
   * @param pressing whether the host will soon take no more commands until the state is stored
   */
  default void logIsLong(boolean pressing) {}

  /** What {@link SnapshotWriter#finish} was given for the state that is there; empty for none. */
  Bytes label();

  /**
   * Applies the commands of the entry at {@code index}, in order.
   *
   * @param index one more than {@link #appliedIndex}
   * @return an answer for each command, in the same order
   */
  List<Bytes> apply(long index, List<Bytes> commands);

  /** Moves on to {@code index} for an entry that holds no commands. */
  void advance(long index);

  /**
   * Completes when the machine's unwritten changes are within their bound. A host that applies
   * entries without waiting for it fills the memory, and then the store's queue, which ends the
   * machine.
   */
  CompletionStage<Void> writable();

  /**
   * Answers from this replica's state. The answer shows everything applied before the call, and
   * comes once that is readable. It is bounded: queries for much ask page by page.
   */
  CompletionStage<Bytes> query(Bytes query);

  /**
   * A frozen view of the state, to send to another replica. It stands at what is written by now,
   * which may be somewhat behind {@link #appliedIndex}, and so even behind a compaction of the log
   * made this moment: the host then closes it and tries again.
   */
  SnapshotReader openSnapshot();

  /**
   * Begins to take over a snapshot of another replica; one that was begun before is dropped. The
   * present state stays as it is until {@link SnapshotWriter#finish}.
   */
  SnapshotWriter beginInstall();
}
