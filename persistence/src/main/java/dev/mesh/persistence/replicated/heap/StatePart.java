package dev.mesh.persistence.replicated.heap;

import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;

/**
 * How a state is stored: its bytes in numbered parts, each a record with a checksum of its own, and
 * under a key before them their number.
 */
final class StatePart {
  /** The format of the records; it reads no older one. */
  static final int FORMAT = 1;

  private static final byte COUNT = 1;
  private static final byte PART = 2;

  private StatePart() {}

  static byte[] countKey() {
    return new byte[] {COUNT};
  }

  static Bytes count(int parts) {
    return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES).putInt(parts).array());
  }

  static int readCount(Bytes count) {
    return count.buffer().getInt();
  }

  /** Of part {@code number}, counted from 0. */
  static byte[] key(int number) {
    return ByteBuffer.allocate(1 + Integer.BYTES).put(PART).putInt(number).array();
  }
}
