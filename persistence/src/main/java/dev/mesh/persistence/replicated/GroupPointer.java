package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.ByteBuffer;

/**
 * Which generation of a group's keys counts.
 *
 * @param generation 1 or more
 * @param label what the host stored with an installed snapshot; empty for none
 */
record GroupPointer(int generation, Bytes label) {
  /** The format of what every group stores whatever its machine: pointer and applied index. */
  static final int FORMAT = 1;

  static GroupPointer read(StoreReader from, GroupId group) {
    byte[] key = GroupKeys.pointer(group);
    byte[] record = from.get(Space.MACHINE, key);
    if (record == null) {
      return new GroupPointer(1, Bytes.EMPTY);
    }
    Bytes payload = GroupView.open(from, FORMAT, key, record);
    return new GroupPointer(
        payload.buffer().getInt(), payload.slice(Integer.BYTES, payload.length() - Integer.BYTES));
  }

  void write(GroupId group, Batch batch) {
    ByteBuffer record = Records.begin(Integer.BYTES + label.length()).putInt(generation);
    label.copyTo(record);
    batch.put(Space.MACHINE, GroupKeys.pointer(group), Records.seal(FORMAT, record));
  }
}
