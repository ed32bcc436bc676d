package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;

/**
 * A machine's state at one index, as a stream of checked pieces. It holds old data on disk: close
 * it soon. Reading touches the disk. Used by one thread at a time; closed by any.
 */
public interface SnapshotReader extends AutoCloseable {
  /** The entry that the state stands at. */
  long appliedIndex();

  /**
   * The piece that begins at {@code offset}: 0, or where an earlier piece ended. One of the latest
   * pieces can be read again, when it was lost on its way.
   *
   * @param maxBytes of the piece, at least {@value #MIN_CHUNK_BYTES}
   * @throws IllegalArgumentException if no piece that is still remembered begins there: open a new
   *     snapshot
   */
  Chunk read(long offset, int maxBytes);

  @Override
  void close();

  /** The least that {@link #read} can be asked for. */
  int MIN_CHUNK_BYTES = 64;

  /**
   * A piece of a snapshot.
   *
   * @param bytes with their own CRC-32C; the next piece begins at this one's offset plus their
   *     length
   * @param last whether the snapshot ends here
   */
  record Chunk(Bytes bytes, boolean last) {}
}
