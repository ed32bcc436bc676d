package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The form of a snapshot on its way. A piece is a CRC-32C (4 bytes) and a part of this stream:
 *
 * <ol>
 *   <li>stream format (1 byte), the machine's format (4), applied index (8);
 *   <li>for each key its length (4), the key, the record's length (4), the record;
 *   <li>-1 (4 bytes) and the number of keys (8).
 * </ol>
 */
final class SnapshotStream {
  static final byte FORMAT = 1;
  static final int CRC = Integer.BYTES;
  static final int HEADER = 1 + Integer.BYTES + Long.BYTES;
  static final int TRAILER = Integer.BYTES + Long.BYTES;
  static final int END = -1;

  private SnapshotStream() {}

  static byte[] entry(byte[] key, byte[] record) {
    return ByteBuffer.allocate(2 * Integer.BYTES + key.length + record.length)
        .putInt(key.length)
        .put(key)
        .putInt(record.length)
        .put(record)
        .array();
  }

  static int checksum(Bytes piece) {
    CRC32C crc = new CRC32C();
    crc.update(piece.slice(CRC, piece.length() - CRC).buffer());
    return (int) crc.getValue();
  }
}
