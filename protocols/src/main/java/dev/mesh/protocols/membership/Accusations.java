package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who accuses falsely. An accusation is false once the accused has refuted it in the same life. It
 * is held against the accuser by those alone to whom it has said it itself, since anybody could say
 * that another did; and by those alone that watch the accuser, since others see its mistakes and
 * nothing of what it does well.
 *
 * <p>One link that loses, or one peer that stalls, makes an honest observer accuse the same peer
 * again and again. So its false accusations of one peer count once, until it has left that peer
 * alone for a while. But when it has falsely accused most of those that it watches within that
 * while, the fault is its own, and each counts: the judgement of {@link LocalHealth}, passed on
 * another.
 *
 * <p>Holds at most {@value #MAX_ACCUSED} accused for each accuser. Times are nanoseconds of one
 * clock that does not go back.
 */
final class Accusations {
  /** Of more that one accuses, the one accused longest ago is forgotten. */
  static final int MAX_ACCUSED = 64;

  /** How long a false accusation is remembered, in time-outs. */
  static final int MEMORY = 16;

  /** What one peer says of another; of all that it has said, the latest. */
  private static final class Case {
    private Incarnation accused;

    /** Whether it may yet turn out false. */
    private boolean open;

    /** When an accusation was last found false; long ago if none was. */
    private Optional<Long> falseAt = Optional.empty();

    Case(Incarnation accused, boolean open) {
      this.accused = accused;
      this.open = open;
    }

    void accuse(Incarnation later, boolean mayBeFalse) {
      if (later.compareTo(accused) > 0) {
        accused = later;
        open = mayBeFalse;
      }
    }

    boolean isRefutedIn(Incarnation is) {
      return open && is.life() == accused.life() && is.compareTo(accused) > 0;
    }

    boolean wasFalseSince(long time) {
      return falseAt.filter(at -> at >= time).isPresent();
    }

    void isFalse(long now) {
      open = false;
      falseAt = Optional.of(now);
    }
  }

  private final long memory;

  /** By accuser, by accused. */
  private final Map<PeerId, Map<PeerId, Case>> cases = new TreeMap<>();

  Accusations(long timeout) {
    this.memory = MEMORY * timeout;
  }

  /** What others than these did is forgotten. */
  void watchOnly(Collection<PeerId> accusers) {
    cases.keySet().retainAll(accusers);
  }

  /**
   * {@code by}, which is watched from here, says this.
   *
   * @param agreed this peer has found the same itself: no refutation proves it false
   */
  void said(PeerId by, HealthUpdate accusation, boolean agreed) {
    if (accusation.health() == Health.UP || !accusation.by().equals(by)) {
      return;
    }
    Map<PeerId, Case> said = cases.computeIfAbsent(by, any -> new LinkedHashMap<>());
    Case known = said.remove(accusation.peer());
    if (known == null) {
      known = new Case(accusation.incarnation(), !agreed);
    } else {
      known.accuse(accusation.incarnation(), !agreed);
    }
    said.put(accusation.peer(), known);
    if (said.size() > MAX_ACCUSED) {
      said.remove(said.keySet().iterator().next());
    }
  }

  /** {@code accused} is in this incarnation, by its own word: gives what that proves false. */
  List<Effect> refuted(PeerId accused, Incarnation is, WatchRings rings, long now) {
    List<Effect> proven = new ArrayList<>();
    cases.forEach(
        (by, said) -> {
          Case about = said.get(accused);
          if (about != null && about.isRefutedIn(is)) {
            boolean counted = about.wasFalseSince(now - memory);
            about.isFalse(now);
            boolean ofMost = isOfMost(said.values(), rings.watchedBy(by).size(), now);
            if (ofMost || !counted) {
              proven.add(new Effect.FalselyAccused(accused, by, ofMost));
            }
          }
        });
    return proven;
  }

  /** Of one peer alone that somebody watches, nobody could tell whose fault it is. */
  private boolean isOfMost(Collection<Case> said, int watched, long now) {
    long falsely = said.stream().filter(it -> it.wasFalseSince(now - memory)).count();
    return watched > 1 && Quorum.isMajority((int) falsely, Math.min(watched, MAX_ACCUSED));
  }
}
