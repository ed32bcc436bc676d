package dev.mesh.protocols.membership;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.OverlayMessage.Sighting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * The peers that may become neighbours: HyParView's passive view (Leitao et al. 2007, §4.2), with
 * ages as in Cyclon (Voulgaris et al. 2005), so that nobody hears of the dead for ever. Always
 * among them are the nearest known peers on the ring, {@value #NEAREST} each way; who else gives
 * way when it is full is drawn.
 *
 * <p>A peer that did not answer is doubted: it is not taken in again until it speaks, begins a
 * later life, or nobody can still have an old sighting of it.
 */
final class CandidateView {
  static final int NEAREST = 4;

  /** A candidate, and until which round it is not to be asked again. */
  static final class Entry {
    Candidate candidate;
    final long position;
    long seen;
    long restsUntil;

    private Entry(Candidate candidate, long seen) {
      this.candidate = candidate;
      this.position = RingPosition.of(candidate.peer());
      this.seen = seen;
    }
  }

  private record Doubt(long incarnation, long until) {}

  private final Candidate self;
  private final long position;
  private final OverlaySettings settings;
  private final Draws draws;
  private final Map<PeerId, Entry> entries = new LinkedHashMap<>();
  private final Map<PeerId, Doubt> doubted = new LinkedHashMap<>();
  private long round;

  CandidateView(Candidate self, OverlaySettings settings, Draws draws) {
    this.self = self;
    this.position = RingPosition.of(self.peer());
    this.settings = settings;
    this.draws = draws;
  }

  /** Forgets whom nobody has heard from for too long. */
  void nextRound() {
    round++;
    entries.values().removeIf(entry -> round - entry.seen > settings.maxAge());
    doubted.values().removeIf(doubt -> doubt.until() < round);
  }

  /** Takes in whom somebody has heard from; {@code age} rounds ago. */
  void learn(Candidate told, int age) {
    if (told.peer().equals(self.peer()) || age > settings.maxAge() || isDoubted(told)) {
      return;
    }
    Entry known = entries.get(told.peer());
    long seen = round - Math.max(age, 0);
    if (known == null) {
      entries.put(told.peer(), new Entry(told, seen));
      if (entries.size() > settings.candidates()) {
        evict();
      }
    } else if (told.incarnation() >= known.candidate.incarnation()) {
      known.candidate = told;
      known.seen = Math.max(known.seen, seen);
    }
  }

  /** Takes in somebody who may be there, where there is room for a guess. */
  void guess(Candidate told) {
    if (entries.size() < settings.candidates() && !entries.containsKey(told.peer())) {
      learn(told, settings.maxAge() - settings.silentRounds());
    }
  }

  /** It speaks: what it is doubted for is wrong. */
  void trust(PeerId peer) {
    doubted.remove(peer);
  }

  /** It does not answer, or is known to have failed, in this life. */
  void doubt(PeerId peer, long incarnation) {
    Entry known = entries.get(peer);
    if (known != null && known.candidate.incarnation() <= incarnation) {
      entries.remove(peer);
    }
    if (doubted.size() >= settings.candidates() && !doubted.containsKey(peer)) {
      doubted.remove(doubted.keySet().iterator().next());
    }
    doubted.put(peer, new Doubt(incarnation, round + settings.maxAge()));
  }

  private boolean isDoubted(Candidate told) {
    Doubt doubt = doubted.get(told.peer());
    return doubt != null && told.incarnation() <= doubt.incarnation();
  }

  /** It has become a neighbour. */
  void remove(PeerId peer) {
    entries.remove(peer);
  }

  /** It does not want this peer for now. */
  void rest(PeerId peer, int rounds) {
    Entry entry = entries.get(peer);
    if (entry != null) {
      entry.restsUntil = round + rounds;
    }
  }

  /** Who can be asked now and is {@code wanted}, the nearest by {@code distance} to it first. */
  Optional<Candidate> nearest(LongUnaryOperator distance, Predicate<Entry> wanted) {
    Entry best = null;
    for (Entry entry : entries.values()) {
      boolean nearer =
          best == null
              || RingPosition.isLess(
                  distance.applyAsLong(entry.position), distance.applyAsLong(best.position));
      if (nearer && mayBeAsked(entry) && wanted.test(entry)) {
        best = entry;
      }
    }
    return Optional.ofNullable(best).map(entry -> entry.candidate);
  }

  /** Somebody who can be asked now and is {@code wanted}; those nearest on the ring come last. */
  Optional<Candidate> any(Predicate<Candidate> wanted) {
    List<Entry> far = new ArrayList<>();
    List<Entry> near = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (mayBeAsked(entry) && wanted.test(entry.candidate)) {
        (isNearest(entry) ? near : far).add(entry);
      }
    }
    List<Entry> pool = far.isEmpty() ? near : far;
    return pool.isEmpty()
        ? Optional.empty()
        : Optional.of(pool.get(draws.below(pool.size())).candidate);
  }

  /** All candidates, as this peer would tell of them. */
  List<Sighting> sightings() {
    List<Sighting> all = new ArrayList<>(entries.size());
    entries.values().forEach(it -> all.add(new Sighting(it.candidate, (int) (round - it.seen))));
    return all;
  }

  Collection<PeerId> peers() {
    return entries.keySet();
  }

  int size() {
    return entries.size();
  }

  private boolean mayBeAsked(Entry entry) {
    return entry.restsUntil <= round;
  }

  private void evict() {
    List<Entry> all = new ArrayList<>(entries.values());
    int drawn = draws.below(all.size());
    while (isNearest(all.get(drawn))) { // not all are: there are more than that
      drawn = (drawn + 1) % all.size();
    }
    entries.remove(all.get(drawn).candidate.peer());
  }

  private boolean isNearest(Entry entry) {
    int ahead = 0;
    int behind = 0;
    for (Entry other : entries.values()) {
      if (RingPosition.isLess(
          RingPosition.ahead(position, other.position),
          RingPosition.ahead(position, entry.position))) {
        ahead++;
      } else if (other != entry) {
        behind++;
      }
    }
    return ahead < NEAREST || behind < NEAREST;
  }
}
