package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import java.util.concurrent.CompletionStage;

/**
 * Takes over a snapshot beside the state that is there. Used by the machine's thread. A writer that
 * is lost with its process leaves nothing behind but rubbish that the next start clears away.
 */
public interface SnapshotWriter {
  /** Where the next piece begins. */
  long nextOffset();

  /**
   * Stages a piece. The stage completes when it is queued behind all earlier ones and readable;
   * wait for it before the next piece, so that no more than one is held in memory. A piece that was
   * staged already is taken as it is.
   *
   * @throws SnapshotDamagedException if the piece is not what its sender read, or leaves a gap; the
   *     writer is as it was before
   */
  CompletionStage<Void> write(long offset, Bytes chunk);

  /**
   * Puts the staged state in the place of the machine's, in one synced write. No other call to the
   * machine may be made until the stage completes; then the machine stands at the snapshot's index.
   *
   * @param label what the host wants to find with the state, given back by {@link
   *     StateMachine#label}
   * @return the snapshot's index
   * @throws SnapshotDamagedException if the snapshot is not complete
   */
  CompletionStage<Long> finish(Bytes label);

  /** Drops what is staged. */
  void abort();

  /** What was received is not a snapshot, or not all of it. Ask for it anew, from offset 0. */
  final class SnapshotDamagedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SnapshotDamagedException(String message) {
      super(message);
    }
  }
}
