package dev.mesh.persistence.replicated.memory;

import dev.mesh.protocols.BinaryReader.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The machine's keys. A space (1 byte), then for an entry the namespace's length (2 bytes), the
 * namespace and the key; for an expiry its time (8 bytes) and the same; for a change its revision
 * (8 bytes). So entries sort by the bytes of their keys, expiries and changes by time.
 */
final class MemoryKeys {
  private static final byte ENTRY = 0x11;
  private static final byte EXPIRY = 0x12;
  private static final byte CHANGE = 0x13;
  private static final byte TOTALS = 0x14;

  private static final int MAX_NAMESPACE_BYTES = 0xFFFF;

  private MemoryKeys() {}

  static byte[] entry(String namespace, String key) {
    return name(ByteBuffer.allocate(1 + nameSize(namespace, key)).put(ENTRY), namespace, key);
  }

  /** The first key behind all entries whose keys begin with {@code prefix}. */
  static byte[] entriesEnd(String namespace, String prefix) {
    byte[] end = entry(namespace, prefix);
    end[end.length - 1]++; // no byte of UTF-8 is the largest
    return end;
  }

  static byte[] entriesStart() {
    return new byte[] {ENTRY};
  }

  static byte[] entriesEnd() {
    return new byte[] {ENTRY + 1};
  }

  /** The bytes of an entry's namespace and key. */
  static int nameBytes(byte[] entry) {
    return entry.length - 1 - Short.BYTES;
  }

  static String keyOfEntry(byte[] entry) {
    int from = 1 + Short.BYTES + (ByteBuffer.wrap(entry).getShort(1) & 0xFFFF);
    return new String(entry, from, entry.length - from, StandardCharsets.UTF_8);
  }

  static byte[] expiry(long atMillis, String namespace, String key) {
    return name(
        ByteBuffer.allocate(1 + Long.BYTES + nameSize(namespace, key))
            .put(EXPIRY)
            .putLong(atMillis),
        namespace,
        key);
  }

  /** The first key of all expiries at {@code millis} or later. */
  static byte[] expiriesFrom(long millis) {
    return numbered(EXPIRY, millis);
  }

  static String namespaceOfExpiry(byte[] expiry) {
    int length = ByteBuffer.wrap(expiry).getShort(1 + Long.BYTES) & 0xFFFF;
    return new String(expiry, 1 + Long.BYTES + Short.BYTES, length, StandardCharsets.UTF_8);
  }

  static String keyOfExpiry(byte[] expiry) {
    int length = ByteBuffer.wrap(expiry).getShort(1 + Long.BYTES) & 0xFFFF;
    int from = 1 + Long.BYTES + Short.BYTES + length;
    return new String(expiry, from, expiry.length - from, StandardCharsets.UTF_8);
  }

  static byte[] change(long revision) {
    return numbered(CHANGE, revision);
  }

  static byte[] changesEnd() {
    return new byte[] {CHANGE + 1};
  }

  static long revisionOfChange(byte[] change) {
    return ByteBuffer.wrap(change).getLong(1);
  }

  static byte[] totals() {
    return new byte[] {TOTALS};
  }

  /** The least key above {@code key}. */
  static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  private static byte[] numbered(byte space, long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(space).putLong(number).array();
  }

  private static int nameSize(String namespace, String key) {
    return Short.BYTES + utf8(namespace).length + utf8(key).length;
  }

  @SuppressWarnings("ByteBufferBackingArray") // allocated by the callers: it starts at 0
  private static byte[] name(ByteBuffer out, String namespace, String key) {
    byte[] space = utf8(namespace);
    if (space.length > MAX_NAMESPACE_BYTES) {
      throw new MalformedException("a namespace of " + space.length + " bytes");
    }
    return out.putShort((short) space.length).put(space).put(utf8(key)).array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
