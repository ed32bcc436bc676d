package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Keys of what persistent actors keep: the kind, the length of the actor's id, the id, then
 * numbers, big-endian, so that keys sort by actor and number. The length keeps one id from being
 * the beginning of another.
 */
final class Keys {
  /** Longest id in bytes of UTF-8. */
  static final int MAX_ID = 0xFFFF;

  private Keys() {}

  /** The key of something that an actor has one of. */
  static byte[] of(byte kind, String id) {
    return begin(kind, id, 0).array();
  }

  /**
   * The key of something numbered. {@code number + 1} is always past {@code number}, for the
   * largest {@code long} too, as keys are compared unsigned.
   */
  static byte[] of(byte kind, String id, long number) {
    return begin(kind, id, Long.BYTES).putLong(number).array();
  }

  /** The key of a part of something numbered. */
  static byte[] of(byte kind, String id, long number, int part) {
    return begin(kind, id, Long.BYTES + Integer.BYTES).putLong(number).putInt(part).array();
  }

  /** The number at the end of a key. */
  static long number(byte[] key) {
    return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
  }

  private static ByteBuffer begin(byte kind, String id, int more) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_ID) {
      throw new StoreException(
          "persistence id of %d bytes, '%s...': the limit is %d"
              .formatted(utf8.length, id.substring(0, 40), MAX_ID));
    }
    return ByteBuffer.allocate(1 + Short.BYTES + utf8.length + more)
        .put(kind)
        .putShort((short) utf8.length)
        .put(utf8);
  }
}
