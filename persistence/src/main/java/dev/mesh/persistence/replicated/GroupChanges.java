package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.ByteBuffer;

/**
 * The changes of one log entry to a group's state, in the machine's own keys. Values are framed
 * with version and checksum. Used by the machine's thread.
 */
public final class GroupChanges {
  private final Batch batch = new Batch();
  private final GroupId group;
  private final int generation;
  private final int format;

  GroupChanges(GroupId group, int generation, int format) {
    this.group = group;
    this.generation = generation;
    this.format = format;
  }

  /** {@code key} must not be empty. */
  public void put(byte[] key, Bytes value) {
    ByteBuffer record = Records.begin(value.length());
    value.copyTo(record);
    batch.put(Space.MACHINE, full(key), Records.seal(format, record));
  }

  public void delete(byte[] key) {
    batch.delete(Space.MACHINE, full(key));
  }

  /** Deletes every key in {@code [from, to)}. */
  public void deleteRange(byte[] from, byte[] to) {
    batch.deleteRange(Space.MACHINE, full(from), full(to));
  }

  Batch batch() {
    return batch;
  }

  private byte[] full(byte[] own) {
    return GroupKeys.key(group, generation, own);
  }
}
