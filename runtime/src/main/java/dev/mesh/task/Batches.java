package dev.mesh.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Cuts what has gathered into pieces that fit in one message. */
final class Batches {
  private Batches() {}

  /**
   * Pieces of {@code items}, in order, each of at most {@link LedgerSettings#MAX_BATCH} items and
   * {@link LedgerSettings#MAX_BATCH_BYTES} bytes, or of one item that is larger by itself.
   */
  static <T> List<List<T>> cut(List<T> items, ToLongFunction<T> bytesOf) {
    List<List<T>> pieces = new ArrayList<>();
    List<T> piece = new ArrayList<>();
    long bytes = 0;
    for (T item : items) {
      long more = bytesOf.applyAsLong(item);
      if (!piece.isEmpty()
          && (piece.size() == LedgerSettings.MAX_BATCH
              || bytes + more > LedgerSettings.MAX_BATCH_BYTES)) {
        pieces.add(piece);
        piece = new ArrayList<>();
        bytes = 0;
      }
      piece.add(item);
      bytes += more;
    }
    if (!piece.isEmpty()) {
      pieces.add(piece);
    }
    return pieces;
  }
}
