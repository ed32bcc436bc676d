package dev.mesh.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The tasks of a ledger that wait for a peer, in the order in which they are to be offered. Kept in
 * memory alone and made anew from the ledger's state; bounded by the ledger's open tasks. Not
 * thread-safe.
 */
final class OfferQueue {
  private static final Comparator<Waiting> BY_ORDER =
      Comparator.comparingInt((Waiting task) -> -task.priority)
          .thenComparingLong(task -> task.order);
  private static final Comparator<Waiting> BY_TIME =
      Comparator.comparingLong((Waiting task) -> task.notBefore).thenComparing(BY_ORDER);

  private final Map<String, Waiting> all = new HashMap<>();
  private final NavigableSet<Waiting> ready = new TreeSet<>(BY_ORDER);
  private final NavigableSet<Waiting> later = new TreeSet<>(BY_TIME);

  /** The peers that could run these had no room: they are offered as soon as there is some. */
  private final NavigableSet<Waiting> crowded = new TreeSet<>(BY_ORDER);

  /** The task waits from now on, not to be offered before its own time. */
  void add(TaskRecord task) {
    remove(task.id());
    put(
        new Waiting(
            task.id(), task.task().priority(), task.order(), task.notBefore(), Optional.empty()),
        task.notBefore() == 0 ? ready : later);
  }

  /** Nobody took the task. It is offered again at {@code until}, or earlier if only room lacked. */
  void postpone(AuctionCall.Unplaced unplaced, long until) {
    Waiting task = all.get(unplaced.id());
    if (task != null) {
      remove(task.id);
      put(
          new Waiting(task.id, task.priority, task.order, until, Optional.of(unplaced.why())),
          unplaced.able() ? crowded : later);
    }
  }

  /** Some peer has room again. */
  void roomMade() {
    ready.addAll(crowded);
    crowded.clear();
  }

  void remove(String id) {
    Waiting task = all.remove(id);
    if (task != null) {
      ready.remove(task);
      later.remove(task);
      crowded.remove(task);
    }
  }

  /** At most {@code limit} tasks to be offered at {@code now}, the first first; they stay. */
  List<String> due(long now, int limit) {
    while (!later.isEmpty() && later.first().notBefore <= now) {
      ready.add(later.pollFirst());
    }
    while (!crowded.isEmpty() && crowded.first().notBefore <= now) {
      ready.add(crowded.pollFirst());
    }
    List<String> due = new ArrayList<>();
    for (Waiting task : ready) {
      if (due.size() == limit) {
        break;
      }
      due.add(task.id);
    }
    return due;
  }

  /** Why the task waits, where a call for bids has told. */
  Optional<String> why(String id) {
    return Optional.ofNullable(all.get(id)).flatMap(task -> task.why);
  }

  private void put(Waiting task, NavigableSet<Waiting> where) {
    all.put(task.id, task);
    where.add(task);
  }

  private record Waiting(
      String id, int priority, long order, long notBefore, Optional<String> why) {}
}
