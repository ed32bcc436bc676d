package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The peers that found a mesh together, or want to. Equal sets are equal records, and the order of
 * sets (by their members, lowest first) is the same everywhere.
 *
 * @param members at least one, sorted, without duplicates
 */
public record FoundingSet(List<PeerId> members) implements Comparable<FoundingSet> {
  public FoundingSet {
    members = List.copyOf(new TreeSet<>(members));
    if (members.isEmpty()) {
      throw new IllegalArgumentException("a mesh needs at least one founder");
    }
  }

  public static FoundingSet of(Collection<PeerId> members) {
    return new FoundingSet(List.copyOf(members));
  }

  public int size() {
    return members.size();
  }

  public boolean contains(PeerId peer) {
    return members.contains(peer);
  }

  /** Whether some peer is in both sets. */
  public boolean overlaps(FoundingSet other) {
    return members.stream().anyMatch(other::contains);
  }

  @Override
  public int compareTo(FoundingSet other) {
    for (int i = 0; i < Math.min(size(), other.size()); i++) {
      int order = members.get(i).compareTo(other.members.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(size(), other.size());
  }

  @Override
  public String toString() {
    return members.stream().map(PeerId::value).collect(Collectors.joining(", ", "{", "}"));
  }
}
