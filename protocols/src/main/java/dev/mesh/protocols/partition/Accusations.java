package dev.mesh.protocols.partition;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whom a cluster has lost, as all who know the same accusations find out alike. Members accuse one
 * another of being out of reach. Who is cut off, in one direction or both, or has just gone on
 * after a pause, accuses all the others; that must not count against them. So the one that is out
 * of touch with the most others, whoever accuses whom, is lost first and with it what it says; then
 * the next, until nobody is accused by one who is left. Of two who have lost one another alone the
 * greater is lost: never both.
 */
public final class Accusations {
  private Accusations() {}

  /**
   * The members that are lost; the one that asks may be among them.
   *
   * @param accused whom each member does not reach
   */
  public static <M extends Comparable<? super M>> Set<M> lost(Map<M, Set<M>> accused) {
    Map<M, Set<M>> outOfTouch = new HashMap<>();
    accused.forEach(
        (by, those) ->
            those.forEach(
                member -> {
                  outOfTouch.computeIfAbsent(by, any -> new HashSet<>()).add(member);
                  outOfTouch.computeIfAbsent(member, any -> new HashSet<>()).add(by);
                }));
    Set<M> lost = new HashSet<>();
    Optional<M> next = mostOutOfTouch(outOfTouch);
    while (next.isPresent()) {
      M gone = next.get();
      lost.add(gone);
      outOfTouch.remove(gone);
      outOfTouch.values().forEach(others -> others.remove(gone));
      next = mostOutOfTouch(outOfTouch);
    }
    return lost;
  }

  private static <M extends Comparable<? super M>> Optional<M> mostOutOfTouch(
      Map<M, Set<M>> outOfTouch) {
    return outOfTouch.keySet().stream()
        .filter(member -> !outOfTouch.get(member).isEmpty())
        .max(
            (one, other) -> {
              int more = Integer.compare(outOfTouch.get(one).size(), outOfTouch.get(other).size());
              return more != 0 ? more : one.compareTo(other);
            });
  }
}
