package dev.mesh.protocols.gossip;

/**
 * How new something is that a peer says of itself: a later life beats an earlier one, and within a
 * life the counter decides.
 */
public record Version(long incarnation, long counter) implements Comparable<Version> {
  @Override
  public int compareTo(Version other) {
    int lives = Long.compare(incarnation, other.incarnation);
    return lives != 0 ? lives : Long.compare(counter, other.counter);
  }

  public boolean isNewerThan(Version other) {
    return compareTo(other) > 0;
  }
}
