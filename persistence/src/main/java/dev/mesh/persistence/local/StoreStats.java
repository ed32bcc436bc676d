package dev.mesh.persistence.local;

/**
 * What a store has done since it was opened.
 *
 * @param syncs calls of fdatasync for writes
 * @param writes batches that were written, in the sense of {@link Batch}
 * @param bytes bytes of those batches
 * @param waitingBytes bytes that are queued or being written now
 */
public record StoreStats(long syncs, long writes, long bytes, long waitingBytes) {
  /** What was done since an earlier look; what waits is as of now. */
  public StoreStats since(StoreStats earlier) {
    return new StoreStats(
        syncs - earlier.syncs, writes - earlier.writes, bytes - earlier.bytes, waitingBytes);
  }
}
