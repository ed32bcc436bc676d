package dev.mesh.persistence.replicated;

import dev.mesh.protocols.GroupId;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which group keeps which persistence id: Pekko's slices are cut into equal ranges, and range
 * {@code r}, counted from 0, belongs to group {@code r + 1}: group 0 keeps none. Pure.
 */
public final class Slices {
  /** The number of slices, fixed by Pekko. */
  public static final int COUNT = 1024;

  private Slices() {}

  /** The slice of an id, as Pekko's {@code Persistence.sliceForPersistenceId} has it. */
  public static int sliceOf(String persistenceId) {
    return Math.abs(persistenceId.hashCode() % COUNT);
  }

  /**
   * The group that keeps {@code persistenceId} where {@code groups} groups share the slices.
   *
   * @param groups 1 to {@link #COUNT}
   */
  public static GroupId groupOf(String persistenceId, int groups) {
    return groupOfSlice(sliceOf(persistenceId), groups);
  }

  /** The groups that keep the slices from {@code minSlice} to {@code maxSlice}. */
  public static List<GroupId> groupsOf(int minSlice, int maxSlice, int groups) {
    return IntStream.rangeClosed(
            groupOfSlice(minSlice, groups).value(), groupOfSlice(maxSlice, groups).value())
        .mapToObj(GroupId::new)
        .toList();
  }

  private static GroupId groupOfSlice(int slice, int groups) {
    if (groups < 1 || groups > COUNT) {
      throw new IllegalArgumentException(
          "mesh.replication.groups = " + groups + " is not in 1.." + COUNT);
    }
    return new GroupId(1 + slice * groups / COUNT);
  }
}
