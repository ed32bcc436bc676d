package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Streams a frozen view. Where the latest pieces began is remembered, so that they can be reread.
 */
final class GroupSnapshotReader implements SnapshotReader {
  private static final int REMEMBERED = 1024;

  /**
   * A place in the stream.
   *
   * @param key of the entry to go on with, empty to begin; null behind the last one
   * @param skip bytes of that entry which are sent already
   * @param entries sent in full
   */
  private record Position(Bytes key, int skip, long entries) {}

  private final GroupView view;
  private final int machineFormat;
  private final long appliedIndex;
  private final NavigableMap<Long, Position> positions = new TreeMap<>();

  GroupSnapshotReader(GroupView view, int machineFormat) {
    this.view = view;
    this.machineFormat = machineFormat;
    this.appliedIndex = view.appliedIndex();
    positions.put(0L, new Position(Bytes.EMPTY, 0, 0));
  }

  @Override
  public long appliedIndex() {
    return appliedIndex;
  }

  @Override
  public Chunk read(long offset, int maxBytes) {
    if (maxBytes < MIN_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "a piece of "
              + maxBytes
              + " bytes is too small; ask for "
              + MIN_CHUNK_BYTES
              + " or more");
    }
    Position from = positions.get(offset);
    if (from == null) {
      throw new IllegalArgumentException(
          "no piece that begins at " + offset + " is remembered; open a new snapshot");
    }
    ByteBuffer out = ByteBuffer.allocate(maxBytes).position(SnapshotStream.CRC);
    if (offset == 0) {
      out.put(SnapshotStream.FORMAT).putInt(machineFormat).putLong(appliedIndex);
    }
    Position next = from.key() == null ? from : fill(out, from);
    boolean last = next.key() == null && out.remaining() >= SnapshotStream.TRAILER;
    if (last) {
      out.putInt(SnapshotStream.END).putLong(next.entries());
    }
    Bytes piece = sealed(out);
    if (!last) {
      remember(offset + piece.length(), next);
    }
    return new Chunk(piece, last);
  }

  /** Puts entries, the last one cut off where the piece is full; says where to go on. */
  private Position fill(ByteBuffer out, Position from) {
    Position[] at = {new Position(null, 0, from.entries())};
    view.scanRecords(
        from.key().toArray(),
        (key, record) -> {
          byte[] entry = SnapshotStream.entry(key, record);
          long sent = at[0].entries();
          int skip = sent == from.entries() ? from.skip() : 0;
          int length = Math.min(out.remaining(), entry.length - skip);
          out.put(entry, skip, length);
          boolean whole = skip + length == entry.length;
          at[0] =
              whole
                  ? new Position(null, 0, sent + 1)
                  : new Position(Bytes.wrap(key), skip + length, sent);
          return whole;
        });
    return at[0];
  }

  @SuppressWarnings("ByteBufferBackingArray") // read() has allocated it: it starts at 0
  private static Bytes sealed(ByteBuffer out) {
    Bytes piece = Bytes.wrap(out.array(), 0, out.position());
    out.putInt(0, SnapshotStream.checksum(piece));
    return piece;
  }

  private void remember(long offset, Position position) {
    positions.put(offset, position);
    if (positions.size() > REMEMBERED) {
      positions.pollFirstEntry();
    }
  }

  @Override
  public void close() {
    view.close();
  }
}
