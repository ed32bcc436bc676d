package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What this peer knows of the others' health, and how it tells it: updates travel along with pings
 * and pongs, those that were told least first, each until this peer has told it {@code
 * retransmitFactor * log2(n + 1)} times (SWIM, Das et al. 2002, §4.1).
 *
 * <p>Whoever was away missed them; so each message also repeats one accusation that stands, in
 * turn. Whoever is accused hears of it first (the buddy system of Lifeguard, Dadgar et al. 2017,
 * §IV.C).
 *
 * <p>Holds at most one update for each peer of the mesh: for those it watches and those that were
 * ever accused.
 */
final class Updates {
  private final TreeMap<PeerId, HealthUpdate> latest = new TreeMap<>();

  /** The accused among them. */
  private final TreeMap<PeerId, HealthUpdate> standing = new TreeMap<>();

  /** How often the latest update on a peer was told, while it is to be told. */
  private final Map<PeerId, Integer> told = new HashMap<>();

  private final int retransmitFactor;
  private int limit = 1;
  private PeerId repeated = new PeerId("0");

  Updates(int retransmitFactor) {
    this.retransmitFactor = retransmitFactor;
  }

  /** Forgets all that are not among these peers. */
  void peersAre(WatchRings rings) {
    latest.keySet().removeIf(peer -> !rings.contains(peer));
    standing.keySet().removeIf(peer -> !rings.contains(peer));
    told.keySet().removeIf(peer -> !rings.contains(peer));
    limit = retransmitFactor * (Integer.SIZE - Integer.numberOfLeadingZeros(rings.size()));
  }

  Optional<HealthUpdate> of(PeerId peer) {
    return Optional.ofNullable(latest.get(peer));
  }

  boolean is(PeerId peer, Health health) {
    HealthUpdate update = latest.get(peer);
    return update != null && update.health() == health;
  }

  boolean isAccused(PeerId peer) {
    return standing.containsKey(peer);
  }

  /** Whether there is a failure to tell, which does not wait for the next interval. */
  boolean isPressing() {
    return told.keySet().stream().anyMatch(peer -> is(peer, Health.FAILED));
  }

  Map<PeerId, Health> health() {
    Map<PeerId, Health> health = new TreeMap<>();
    latest.forEach((peer, update) -> health.put(peer, update.health()));
    return health;
  }

  void put(HealthUpdate update) {
    latest.put(update.peer(), update);
    told.remove(update.peer());
    if (update.health() == Health.UP) {
      standing.remove(update.peer());
    } else {
      standing.put(update.peer(), update);
    }
  }

  /** Begins to tell the latest update on {@code peer}. */
  void spread(PeerId peer) {
    told.put(peer, 0);
  }

  /** Whoever still says this has missed what overrides it, which is then told again. */
  void correct(HealthUpdate said) {
    HealthUpdate known = latest.get(said.peer());
    if (known != null && said.health() != Health.UP && known.overrides(said)) {
      told.putIfAbsent(said.peer(), 0);
    }
  }

  /** What a message to {@code to} takes along. */
  List<HealthUpdate> take(PeerId to) {
    Set<HealthUpdate> taken = new LinkedHashSet<>();
    if (standing.containsKey(to)) {
      taken.add(standing.get(to));
    }
    for (PeerId peer : leastTold(Heartbeat.MAX_UPDATES - 2)) {
      taken.add(latest.get(peer));
      if (told.merge(peer, 1, Integer::sum) >= limit) {
        told.remove(peer);
      }
    }
    Map.Entry<PeerId, HealthUpdate> next = standing.higherEntry(repeated);
    next = next == null ? standing.firstEntry() : next;
    if (next != null) {
      repeated = next.getKey();
      taken.add(next.getValue());
    }
    return List.copyOf(taken);
  }

  private List<PeerId> leastTold(int count) {
    List<PeerId> waiting = new ArrayList<>(told.keySet());
    waiting.sort(Comparator.<PeerId>comparingInt(told::get).thenComparing(peer -> peer));
    return waiting.subList(0, Math.min(count, waiting.size()));
  }
}
