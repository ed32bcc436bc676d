package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a group's stored state stands, whatever its machine.
 *
 * @param appliedIndex the last entry whose changes are stored; 0 for none
 * @param label what its host stored with an installed snapshot; empty for none
 */
public record MachineStanding(long appliedIndex, Bytes label) {

  /** Reads it from a store. */
  public static MachineStanding read(StoreReader from, GroupId group) {
    GroupPointer pointer = GroupPointer.read(from, group);
    return new MachineStanding(
        GroupView.appliedIndex(from, group, pointer.generation()), pointer.label());
  }

  /** The groups that have state in a store, in order. */
  public static List<GroupId> groups(StoreReader from) {
    List<GroupId> groups = new ArrayList<>();
    byte[] end = GroupKeys.end(new GroupId(0xFFFF));
    byte[] key = from.firstKey(Space.MACHINE, GroupKeys.pointer(GroupId.META), end);
    while (key != null) {
      GroupId group = new GroupId(ByteBuffer.wrap(key).getShort() & 0xFFFF);
      groups.add(group);
      key = from.firstKey(Space.MACHINE, GroupKeys.end(group), end);
    }
    return groups;
  }
}
