package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
  private final NavigableMap<Long, PeerId> points = new TreeMap<>(Long::compareUnsigned);

  private Ring(Map<PeerId, String> zones, int virtualNodes) {
    if (virtualNodes < 1) {
      throw new IllegalArgumentException(
          "a ring with " + virtualNodes + " virtual nodes for each peer: give at least 1");
    }
    this.zones = new TreeMap<>(zones);
    for (PeerId peer : this.zones.keySet()) { // in order, so that equal points end alike everywhere
      for (int i = 0; i < virtualNodes; i++) {
        points.putIfAbsent(StableHash.of(peer.value(), Integer.toString(i)), peer);
      }
    }
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
    return Set.copyOf(zones.keySet());
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
    long at = StableHash.of(key);
    return Stream.concat(
            points.tailMap(at, true).values().stream(), points.headMap(at, false).values().stream())
        .distinct();
  }
}
