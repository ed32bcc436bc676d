package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.protocols.Bytes;
import java.util.concurrent.CompletionStage;

/**
 * A new state of a group, written piece by piece beside the one that counts and put in its place as
 * a whole. For machines that live in memory and store themselves now and then. Not thread-safe, and
 * no other change may be made to the group's store meanwhile.
 */
public final class StagedState {
  private final GroupStore store;
  private Batch batch;

  StagedState(GroupStore store) {
    this.store = store;
    this.batch = store.withoutStaged();
  }

  /**
   * Writes one key. The stage fails if the store is full or closed: the state begun here is then of
   * no use, and may be begun anew.
   *
   * @param key not empty
   */
  public CompletionStage<Void> put(byte[] key, Bytes value) {
    store.stage(key, value, batch);
    CompletionStage<Void> written = store.writeStaged(batch);
    batch = new Batch();
    return written;
  }

  /**
   * Makes this the group's state, which stands at {@code index}. The stage completes when all of it
   * is on disk.
   */
  public CompletionStage<Long> finish(long index) {
    return store.switchToStaged(index, Bytes.EMPTY);
  }
}
