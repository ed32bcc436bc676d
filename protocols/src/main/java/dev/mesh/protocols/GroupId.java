package dev.mesh.protocols;

/**
 * The number of a replication group. Group 0 holds what the mesh knows of itself.
 *
 * @param value 0 to 65,535
 */
public record GroupId(int value) implements Comparable<GroupId> {
  /** The group that every mesh has. */
  public static final GroupId META = new GroupId(0);

  public GroupId {
    if (value < 0 || value > 0xFFFF) {
      throw new IllegalArgumentException("group id " + value + " is not in 0..65535");
    }
  }

  @Override
  public int compareTo(GroupId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "group-" + value;
  }
}
