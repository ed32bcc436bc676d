package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who decides whether a suspect has failed: a majority of its observers that have not failed
 * themselves; where all watch all, a majority of all that have not, the suspect counted.
 */
final class Jury {
  private Jury() {}

  /** Whom {@code self} asks about {@code suspect}: those that can be expected to answer. */
  static List<PeerId> asked(PeerId suspect, PeerId self, WatchRings rings, Updates updates) {
    return rings.observersOf(suspect).stream()
        .filter(it -> !it.equals(self) && !updates.isAccused(it))
        .toList();
  }

  static boolean isMajority(Set<PeerId> silent, PeerId suspect, WatchRings rings, Updates updates) {
    Set<PeerId> jury = new TreeSet<>(rings.observersOf(suspect));
    jury.removeIf(it -> updates.is(it, Health.FAILED));
    int present = (int) silent.stream().filter(jury::contains).count();
    if (rings.allWatchAll()) {
      jury.add(suspect);
    }
    return Quorum.isMajority(present, jury.size());
  }
}
