package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whom to gossip with: all peers whose facts are held, and those that are known but for their
 * facts. Peers out of reach are tried one at a time, those that have left not at all.
 */
final class Partners {
  private final PeerId self;

  /** Known, but their facts are not. */
  private final Set<PeerId> factless = new TreeSet<>();

  private final Set<PeerId> unreachable = new TreeSet<>();
  private final Set<PeerId> left = new TreeSet<>();

  Partners(PeerId self) {
    this.self = self;
  }

  /** There is such a peer, and it is here (again). */
  void meet(PeerId peer, HashTree<PeerFacts> facts, int max) {
    left.remove(peer);
    boolean isNew = !peer.equals(self) && facts.get(peer.value()).isEmpty();
    if (isNew && factless.size() + facts.size() < max) {
      factless.add(peer);
    }
  }

  void factsKnown(PeerId peer) {
    factless.remove(peer);
  }

  void unreachable(Set<PeerId> peers) {
    unreachable.clear();
    unreachable.addAll(peers);
    unreachable.removeAll(left);
  }

  void left(PeerId peer, HashTree<PeerFacts> facts) {
    factless.remove(peer);
    unreachable.remove(peer);
    if (facts.get(peer.value()).isPresent()) {
      left.add(peer);
    }
  }

  /** Some peer whose facts may be forgotten: it has left. */
  List<PeerId> forgettable() {
    return left.stream().limit(1).toList();
  }

  void forgotten(PeerId peer) {
    left.remove(peer);
  }

  boolean allReachable() {
    return unreachable.isEmpty();
  }

  /** How many there are besides this peer, reachable or not. */
  int size(HashTree<PeerFacts> facts) {
    int known = facts.size() + factless.size() - left.size();
    return facts.get(self.value()).isPresent() ? known - 1 : known;
  }

  /** Up to {@code count} peers that are believed to be in reach. */
  List<PeerId> draw(HashTree<PeerFacts> facts, int count, Draws draws) {
    List<PeerId> others = List.copyOf(factless);
    int all = facts.size() + others.size();
    List<PeerId> drawn = new ArrayList<>(count);
    // A shuffle (Fisher-Yates) of all indexes that goes only as far as it must.
    Map<Integer, Integer> swapped = new HashMap<>();
    for (int i = 0; i < all && drawn.size() < count; i++) {
      int j = i + draws.below(all - i);
      int index = swapped.getOrDefault(j, j);
      swapped.put(j, swapped.getOrDefault(i, i));
      PeerId peer =
          index < facts.size() ? facts.at(index).peer() : others.get(index - facts.size());
      if (!peer.equals(self) && !isAway(peer)) {
        drawn.add(peer);
      }
    }
    return drawn;
  }

  boolean isFirst(HashTree<PeerFacts> facts) {
    boolean[] first = {true};
    facts.forEach(other -> first[0] &= other.peer().compareTo(self) >= 0 || isAway(other.peer()));
    return first[0];
  }

  private boolean isAway(PeerId peer) {
    return unreachable.contains(peer) || left.contains(peer);
  }

  /** One of the peers that are out of reach, if there are any, so that healing is noticed. */
  List<PeerId> drawUnreachable(Draws draws) {
    return draws.sample(List.copyOf(unreachable), 1);
  }
}
