package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Space;
import dev.mesh.protocols.GroupId;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where a group's state lies in {@link Space#MACHINE}: group (2 bytes), generation (4 bytes), the
 * machine's own key. Generation 0 holds the group's pointer alone, which names the generation that
 * counts; a snapshot is staged in the next one.
 */
final class GroupKeys {
  static final int PREFIX = Short.BYTES + Integer.BYTES;

  /** In every generation: the index that its state stands at. No machine's key is empty. */
  private static final byte[] APPLIED = {};

  private GroupKeys() {}

  static byte[] pointer(GroupId group) {
    return key(group, 0, new byte[0]);
  }

  static byte[] applied(GroupId group, int generation) {
    return key(group, generation, APPLIED);
  }

  static byte[] key(GroupId group, int generation, byte[] own) {
    return ByteBuffer.allocate(PREFIX + own.length)
        .putShort((short) group.value())
        .putInt(generation)
        .put(own)
        .array();
  }

  /** The first key of a generation; with the next generation's, the bounds of all its keys. */
  static byte[] start(GroupId group, int generation) {
    return key(group, generation, new byte[0]);
  }

  /** The first key behind all generations of a group. */
  static byte[] end(GroupId group) {
    return ByteBuffer.allocate(PREFIX + 1)
        .putShort((short) group.value())
        .putInt(-1)
        .put((byte) -1)
        .array();
  }

  /** The machine's own part of a key. */
  static byte[] own(byte[] key) {
    return Arrays.copyOfRange(key, PREFIX, key.length);
  }
}
