package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whom to gossip with: all peers whose facts are held, and those that are known but for their
 * facts; as long as the mesh counts them. Peers out of reach are tried one at a time.
 */
final class Partners {
  private static final int PASSED_OVER = 3;
  private static final int OF = 4;

  private final PeerId self;

  /** Known, but their facts are not. */
  private final Set<PeerId> factless = new TreeSet<>();

  private final Set<PeerId> unreachable = new TreeSet<>();

  private Set<PeerId> distrusted = Set.of();

  /** Whom the mesh counts; empty: that is not known, and everybody counts. */
  private Set<PeerId> registered = Set.of();

  Partners(PeerId self) {
    this.self = self;
  }

  /** There is such a peer. */
  void meet(PeerId peer, HashTree<PeerFacts> facts, int max) {
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
  }

  void distrusted(Set<PeerId> peers) {
    distrusted = peers;
  }

  void registered(Set<PeerId> peers) {
    registered = peers;
  }

  /** Some peer that the mesh does not count any more: its facts may be forgotten. */
  Optional<PeerId> forgettable(HashTree<PeerFacts> facts) {
    List<PeerId> gone = new ArrayList<>();
    facts.forEach(
        other -> {
          if (gone.isEmpty() && !other.peer().equals(self) && !counts(other.peer())) {
            gone.add(other.peer());
          }
        });
    return gone.stream().findFirst();
  }

  private boolean counts(PeerId peer) {
    return registered.isEmpty() || registered.contains(peer);
  }

  boolean allReachable() {
    return unreachable.stream().noneMatch(this::counts);
  }

  /** How many there are besides this peer, reachable or not. */
  int size(HashTree<PeerFacts> facts) {
    if (!registered.isEmpty()) {
      return registered.contains(self) ? registered.size() - 1 : registered.size();
    }
    int known = facts.size() + factless.size();
    return facts.get(self.value()).isPresent() ? known - 1 : known;
  }

  /**
   * Up to {@code count} peers that are believed to be in reach. One that is distrusted is passed
   * over {@value #PASSED_OVER} times in {@value #OF} where there are others: who is thought badly
   * of is heard all the same, should all be mistaken.
   */
  List<PeerId> draw(HashTree<PeerFacts> facts, int count, Draws draws) {
    List<PeerId> others = List.copyOf(factless);
    int all = facts.size() + others.size();
    List<PeerId> drawn = new ArrayList<>(count);
    List<PeerId> passedOver = new ArrayList<>();
    // A shuffle (Fisher-Yates) of all indexes that goes only as far as it must.
    Map<Integer, Integer> swapped = new HashMap<>();
    for (int i = 0; i < all && drawn.size() < count; i++) {
      int j = i + draws.below(all - i);
      int index = swapped.getOrDefault(j, j);
      swapped.put(j, swapped.getOrDefault(i, i));
      PeerId peer =
          index < facts.size() ? facts.at(index).peer() : others.get(index - facts.size());
      if (!peer.equals(self) && !isAway(peer)) {
        boolean passed = distrusted.contains(peer) && draws.below(OF) < PASSED_OVER;
        (passed ? passedOver : drawn).add(peer);
      }
    }
    passedOver.stream().limit(count - drawn.size()).forEach(drawn::add);
    return drawn;
  }

  boolean isFirst(HashTree<PeerFacts> facts) {
    boolean[] first = {true};
    facts.forEach(other -> first[0] &= other.peer().compareTo(self) >= 0 || isAway(other.peer()));
    return first[0];
  }

  private boolean isAway(PeerId peer) {
    return unreachable.contains(peer) || !counts(peer);
  }

  /** One of the peers that are out of reach, if there are any, so that healing is noticed. */
  List<PeerId> drawUnreachable(Draws draws) {
    return draws.sample(unreachable.stream().filter(this::counts).toList(), 1);
  }
}
