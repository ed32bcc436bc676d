package dev.mesh.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/** Those who wait for the end of a task. At most {@link #MAX}; kept in memory alone. */
final class Waiters {
  static final int MAX = 20_000;

  private final Map<String, List<Waiter>> byTask = new HashMap<>();
  private final NavigableMap<Long, List<Waiter>> byTime = new TreeMap<>();
  private int size;

  /** False if too many wait already. */
  boolean add(String id, ActorRef<LedgerReply> replyTo, long until) {
    if (size == MAX) {
      return false;
    }
    Waiter waiter = new Waiter(id, replyTo, until);
    byTask.computeIfAbsent(id, any -> new ArrayList<>()).add(waiter);
    byTime.computeIfAbsent(until, any -> new ArrayList<>()).add(waiter);
    size++;
    return true;
  }

  /** Takes out all who wait for this task. */
  List<Waiter> ended(String id) {
    List<Waiter> waiters = byTask.remove(id);
    if (waiters == null) {
      return List.of();
    }
    for (Waiter waiter : waiters) {
      drop(byTime, waiter.until, waiter);
    }
    size -= waiters.size();
    return waiters;
  }

  /** Takes out all who have waited long enough. */
  List<Waiter> due(long now) {
    List<Waiter> due = new ArrayList<>();
    while (!byTime.isEmpty() && byTime.firstKey() <= now) {
      due.addAll(byTime.pollFirstEntry().getValue());
    }
    for (Waiter waiter : due) {
      drop(byTask, waiter.id, waiter);
    }
    size -= due.size();
    return due;
  }

  private static <K> void drop(Map<K, List<Waiter>> index, K key, Waiter waiter) {
    index.computeIfPresent(
        key,
        (any, waiters) -> {
          waiters.remove(waiter);
          return waiters.isEmpty() ? null : waiters;
        });
  }

  /** One who waits for task {@code id} until the time {@code until}, in milliseconds. */
  record Waiter(String id, ActorRef<LedgerReply> replyTo, long until) {}
}
