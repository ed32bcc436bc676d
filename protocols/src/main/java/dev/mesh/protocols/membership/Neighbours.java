package dev.mesh.protocols.membership;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.OverlayMessage.Sighting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The peers that a peer keeps connections to: HyParView's active view. */
final class Neighbours {
  /** A neighbour as it was last heard from. */
  static final class Neighbour {
    Candidate candidate;
    final long position;
    int silent;

    /** How many neighbours it has itself, as far as it has said. */
    int degree;

    private Neighbour(Candidate candidate, int degree) {
      this.candidate = candidate;
      this.position = RingPosition.of(candidate.peer());
      this.degree = degree;
    }
  }

  private final Candidate self;
  private final long position;
  private final Map<PeerId, Neighbour> all = new LinkedHashMap<>();

  Neighbours(Candidate self) {
    this.self = self;
    this.position = RingPosition.of(self.peer());
  }

  void add(Candidate candidate, int degree) {
    all.put(candidate.peer(), new Neighbour(candidate, degree));
  }

  boolean remove(PeerId peer) {
    return all.remove(peer) != null;
  }

  boolean contains(PeerId peer) {
    return all.containsKey(peer);
  }

  Neighbour get(PeerId peer) {
    return all.get(peer);
  }

  Collection<Neighbour> all() {
    return all.values();
  }

  Set<PeerId> peers() {
    return all.keySet();
  }

  int size() {
    return all.size();
  }

  /** Whether nobody here is between this peer and {@code other}, one way round or the other. */
  boolean isNextTo(long other) {
    return isNextAhead(other) || isNextBehind(other);
  }

  boolean isNextAhead(long other) {
    long distance = RingPosition.ahead(position, other);
    return all.values().stream()
        .noneMatch(it -> RingPosition.isLess(RingPosition.ahead(position, it.position), distance));
  }

  boolean isNextBehind(long other) {
    long distance = RingPosition.behind(position, other);
    return all.values().stream()
        .noneMatch(it -> RingPosition.isLess(RingPosition.behind(position, it.position), distance));
  }

  /** How many are of this peer's own zone. */
  int ofOwnZone() {
    return (int) all.values().stream().filter(it -> isOfOwnZone(it.candidate)).count();
  }

  boolean isOfOwnZone(Candidate candidate) {
    return candidate.zone().equals(self.zone());
  }

  /** Whether there are more of this peer's own zone than there should be. */
  boolean wantOtherZones() {
    int own = ofOwnZone();
    return size() > 0 && (own == size() || own > size() / 2 + 1);
  }

  /**
   * Who can be spared best among those that {@code may} go: never a neighbour on the ring; somebody
   * distrusted, or one of a zone that is there too often, or the one with the most neighbours.
   *
   * @return nobody, or one
   */
  List<Candidate> spare(Predicate<Neighbour> may, Set<PeerId> distrusted, Draws draws) {
    int worst = -1;
    List<Candidate> best = new ArrayList<>();
    for (Neighbour it : all.values()) {
      if (may.test(it) && !isNextTo(it.position)) {
        int rank = rank(it, distrusted);
        if (rank > worst) {
          best.clear();
          worst = rank;
        }
        if (rank == worst) {
          best.add(it.candidate);
        }
      }
    }
    return draws.sample(best, 1);
  }

  private int rank(Neighbour it, Set<PeerId> distrusted) {
    boolean tooMany = ofOwnZone() > size() / 2;
    int distrust = distrusted.contains(it.candidate.peer()) ? 100 : 0;
    int zone = isOfOwnZone(it.candidate) == tooMany ? 50 : 0;
    return distrust + zone + it.degree;
  }

  /** All neighbours, as this peer would tell of them. */
  List<Sighting> sightings() {
    return all.values().stream().map(it -> new Sighting(it.candidate, it.silent)).toList();
  }
}
