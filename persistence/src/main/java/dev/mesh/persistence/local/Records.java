package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The frame of every record on disk: one byte of format version, four bytes of CRC-32C over version
 * and payload, the payload. Stateless.
 */
public final class Records {
  /** Bytes before the payload. */
  public static final int HEADER = 5;

  private Records() {}

  /** An array-backed buffer for a record, positioned where its payload of that size goes. */
  public static ByteBuffer begin(int payloadSize) {
    return ByteBuffer.allocate(HEADER + payloadSize).position(HEADER);
  }

  /**
   * Completes a record begun with {@link #begin} whose payload has been written in full.
   *
   * @param version of the payload's format, 1 to 255
   */
  @SuppressWarnings("ByteBufferBackingArray") // begin() has allocated it: it starts at 0
  public static byte[] seal(int version, ByteBuffer record) {
    if (record.hasRemaining()) {
      throw new IllegalStateException(record.remaining() + " bytes of the record are not written");
    }
    record.put(0, (byte) version);
    record.putInt(1, checksum(record.array()));
    return record.array();
  }

  /** A record of the given payload. */
  public static byte[] seal(int version, byte[] payload) {
    return seal(version, begin(payload.length).put(payload));
  }

  /** The format version of a record that {@link #open} has accepted. */
  public static int version(byte[] record) {
    return record[0] & 0xFF;
  }

  /**
   * Checks a record and returns its payload, without a copy.
   *
   * @param newest the newest version of this format that the caller reads
   * @throws StoreException if it is damaged or newer; the message names folder and key
   */
  public static ByteBuffer open(
      byte[] record, int newest, StoreReader from, Space space, byte[] key) {
    if (record.length < HEADER || ByteBuffer.wrap(record).getInt(1) != checksum(record)) {
      throw new StoreException(
          "the record at %s is damaged; restore the folder from a copy, or move it away so that this peer starts anew"
              .formatted(from.describe(space, key)));
    }
    if (version(record) > newest) {
      throw new StoreException(
          "the record at %s has format version %d, and this program reads up to %d; run the newer version"
              .formatted(from.describe(space, key), version(record), newest));
    }
    return ByteBuffer.wrap(record, HEADER, record.length - HEADER).slice();
  }

  private static int checksum(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record[0]);
    crc.update(record, HEADER, record.length - HEADER);
    return (int) crc.getValue();
  }
}
