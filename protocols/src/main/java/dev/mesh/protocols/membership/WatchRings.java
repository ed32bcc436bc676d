package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.StableHash;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Who watches whom: whoever has the same set of peers has the same answer. In a mesh of at most
 * {@code observers + 1} peers all watch all. In a larger one the peers stand on as many rings as a
 * peer has observers, each ring in an order of its own, and a peer is watched by its successor on
 * each (Suresh et al. 2018, "Stable and Consistent Membership at Scale with Rapid", §4.1): the load
 * of a peer does not grow with the mesh, and who watches whom is an expander, on which news is
 * everywhere after few hops. Two rings may name the same observer, so there may be fewer.
 *
 * <p>Immutable; simulated peers share one.
 */
public final class WatchRings {
  public static final WatchRings NONE = of(List.of(), 1);

  private final PeerId[] peers; // sorted
  private final boolean allWatchAll;
  private final int[][] successors; // by ring, by index of the peer
  private final int[][] predecessors;

  private WatchRings(PeerId[] peers, int observers) {
    this.peers = peers;
    this.allWatchAll = peers.length <= observers + 1;
    int rings = allWatchAll ? 0 : observers;
    this.successors = new int[rings][peers.length];
    this.predecessors = new int[rings][peers.length];
    for (int ring = 0; ring < rings; ring++) {
      lay(ring);
    }
  }

  /**
   * The rings of these peers.
   *
   * @param observers how many are to watch each peer, at least 1
   */
  public static WatchRings of(Collection<PeerId> peers, int observers) {
    return new WatchRings(new TreeSet<>(peers).toArray(PeerId[]::new), observers);
  }

  private void lay(int ring) {
    String salt = "watch-" + ring;
    long[] hashes =
        Arrays.stream(peers).mapToLong(peer -> StableHash.of(salt, peer.value())).toArray();
    int[] order =
        IntStream.range(0, peers.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingLong(i -> hashes[i]).thenComparing(i -> i))
            .mapToInt(i -> i)
            .toArray();
    for (int i = 0; i < order.length; i++) {
      int next = order[(i + 1) % order.length];
      successors[ring][order[i]] = next;
      predecessors[ring][next] = order[i];
    }
  }

  public int size() {
    return peers.length;
  }

  public boolean contains(PeerId peer) {
    return index(peer) >= 0;
  }

  /** All peers, in order. */
  public List<PeerId> peers() {
    return List.of(peers);
  }

  /** Whether the mesh is so small that everybody watches everybody. */
  public boolean allWatchAll() {
    return allWatchAll;
  }

  /** Who watches {@code peer}, in order; nobody if it is not one of the peers. */
  public List<PeerId> observersOf(PeerId peer) {
    return neighbours(peer, successors);
  }

  /** Whom {@code peer} watches, in order; nobody if it is not one of the peers. */
  public List<PeerId> watchedBy(PeerId peer) {
    return neighbours(peer, predecessors);
  }

  private List<PeerId> neighbours(PeerId peer, int[][] rings) {
    int index = index(peer);
    if (index < 0) {
      return List.of();
    }
    IntStream found =
        allWatchAll
            ? IntStream.range(0, peers.length).filter(i -> i != index)
            : Arrays.stream(rings).mapToInt(ring -> ring[index]).sorted().distinct();
    return found.mapToObj(i -> peers[i]).toList();
  }

  private int index(PeerId peer) {
    return Arrays.binarySearch(peers, peer);
  }
}
