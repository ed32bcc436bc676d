package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A consistent-hash ring over lasting peer ids (Karger et al. 1997), with virtual nodes so that
 * shares are about equal, and with zones so that copies of one thing are spread. When a peer comes
 * or goes, only the keys that become or were its own move. Immutable.
 */
public final class Ring {
  /** Virtual nodes of each peer: shares then differ by about a tenth. */
  public static final int DEFAULT_VIRTUAL_NODES = 128;

  private final Map<PeerId, String> zones;

  /** In the order of the hashes, as unsigned numbers; equal ones in the order of the peers. */
  private final List<Point> points;

  private record Point(long hash, PeerId peer) {}

  private Ring(Map<PeerId, String> zones, int virtualNodes) {
    if (virtualNodes < 1) {
      throw new IllegalArgumentException(
          "a ring with " + virtualNodes + " virtual nodes for each peer: give at least 1");
    }
    this.zones = Map.copyOf(zones);
    List<Point> all = new ArrayList<>(zones.size() * virtualNodes);
    for (PeerId peer : zones.keySet()) {
      for (int i = 0; i < virtualNodes; i++) {
        all.add(new Point(StableHash.of(peer.value(), Integer.toString(i)), peer));
      }
    }
    all.sort(Comparator.comparing(Point::hash, Long::compareUnsigned).thenComparing(Point::peer));
    this.points = List.copyOf(all);
  }

  /**
   * A ring of these peers.
   *
   * @param zones every peer and the zone that it is in
   */
  public static Ring of(Map<PeerId, String> zones, int virtualNodes) {
    return new Ring(zones, virtualNodes);
  }

  public static Ring of(Map<PeerId, String> zones) {
    return of(zones, DEFAULT_VIRTUAL_NODES);
  }

  public Set<PeerId> peers() {
    return zones.keySet();
  }

  /** The peer that owns {@code key}; empty if the ring is. */
  public Optional<PeerId> owner(String key) {
    return clockwise(key).findFirst();
  }

  /**
   * The owner of {@code key} and those that hold copies: {@code count} distinct peers, fewer if
   * there are not so many. As long as there are zones without a copy, the next copy goes to one of
   * them.
   */
  public List<PeerId> successors(String key, int count) {
    List<PeerId> waiting = clockwise(key).toList();
    List<PeerId> chosen = new ArrayList<>();
    while (chosen.size() < count && !waiting.isEmpty()) {
      Set<String> used = new HashSet<>();
      List<PeerId> nextTurn = new ArrayList<>();
      for (PeerId peer : waiting) {
        if (chosen.size() < count && used.add(zones.get(peer))) {
          chosen.add(peer);
        } else {
          nextTurn.add(peer);
        }
      }
      waiting = nextTurn;
    }
    return List.copyOf(chosen);
  }

  /** All peers in the order in which they follow {@code key} on the ring. */
  public Stream<PeerId> clockwise(String key) {
    int first = firstAtOrAfter(StableHash.of(key));
    int size = points.size();
    return IntStream.range(0, size).mapToObj(i -> points.get((first + i) % size).peer()).distinct();
  }

  /** The place of the first point at or after {@code hash}; beyond the last if all are before. */
  private int firstAtOrAfter(long hash) {
    int low = 0;
    int high = points.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(points.get(middle).hash(), hash) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
