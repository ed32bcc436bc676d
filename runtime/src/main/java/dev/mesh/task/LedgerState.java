package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a ledger knows that must not be lost: the fold of its events, exactly, so that replaying
 * them anywhere gives the same state. It decides nothing. Not thread-safe.
 *
 * <p>Invariants ({@link #checkInvariants}): a task has at most one end; tokens are at most {@code
 * lastToken}; the indexes hold what the records say.
 */
final class LedgerState {
  /** Of forgotten tasks, so many ids are remembered to tell "no longer kept" from "unknown". */
  static final int MAX_FORGOTTEN = 10_000;

  private static final Comparator<TaskRecord> BY_DEADLINE =
      Comparator.comparingLong(TaskRecord::deadline).thenComparing(TaskRecord::id);
  private static final Comparator<TaskRecord> BY_END =
      Comparator.comparingLong(TaskRecord::endedAt).thenComparing(TaskRecord::id);

  private final NavigableMap<String, TaskRecord> tasks = new TreeMap<>();
  private final NavigableSet<TaskRecord> deadlines = new TreeSet<>(BY_DEADLINE);
  private final NavigableSet<TaskRecord> ended = new TreeSet<>(BY_END);
  private final Map<PeerId, Set<String>> holders = new HashMap<>();
  private final LinkedHashSet<String> forgotten = new LinkedHashSet<>();
  private long taken;
  private long lastToken;
  private long bytes;

  /** The state that was stored as {@code snapshot}. */
  static LedgerState of(LedgerSnapshot snapshot) {
    LedgerState state = new LedgerState();
    state.taken = snapshot.taken();
    state.lastToken = snapshot.lastToken();
    snapshot.tasks().forEach(state::put);
    state.forgotten.addAll(snapshot.forgotten());
    return state;
  }

  LedgerSnapshot snapshot() {
    return new LedgerSnapshot(
        taken, lastToken, List.copyOf(tasks.values()), List.copyOf(forgotten));
  }

  /** Takes one event into account. */
  void apply(LedgerEvent event) {
    if (event instanceof LedgerEvent.Submitted submitted) {
      put(TaskRecord.submitted(submitted, taken++));
    } else if (event instanceof LedgerEvent.Awarded awarded) {
      lastToken = awarded.token();
      put(existing(awarded.id()).awarded(awarded));
    } else if (event instanceof LedgerEvent.Returned returned) {
      put(existing(returned.id()).returned(returned));
    } else if (event instanceof LedgerEvent.Completed completed) {
      put(existing(completed.id()).completed(completed));
    } else if (event instanceof LedgerEvent.TryFailed tryFailed) {
      put(existing(tryFailed.id()).tryFailed(tryFailed));
    } else if (event instanceof LedgerEvent.Failed failed) {
      put(existing(failed.id()).failed(failed));
    } else if (event instanceof LedgerEvent.Cancelled cancelled) {
      put(existing(cancelled.id()).cancelled(cancelled));
    } else if (event instanceof LedgerEvent.Expired expired) {
      put(existing(expired.id()).expired(expired));
    } else if (event instanceof LedgerEvent.Forgotten gone) {
      gone.ids().forEach(this::forget);
    } else {
      throw new IllegalArgumentException("unknown event " + event);
    }
  }

  Optional<TaskRecord> task(String id) {
    return Optional.ofNullable(tasks.get(id));
  }

  /** Whether the task is known to have been kept once. */
  boolean wasForgotten(String id) {
    return forgotten.contains(id);
  }

  /** Tasks that have not ended. */
  int open() {
    return tasks.size() - ended.size();
  }

  /** Tasks that have ended and are kept. */
  int kept() {
    return ended.size();
  }

  /** Roughly what all records take of the heap. */
  long bytes() {
    return bytes;
  }

  long lastToken() {
    return lastToken;
  }

  /** Peers that hold tasks now. */
  Set<PeerId> holders() {
    return Set.copyOf(holders.keySet());
  }

  /** The tasks that a peer holds now. */
  List<TaskRecord> heldBy(PeerId peer) {
    return holders.getOrDefault(peer, Set.of()).stream().map(tasks::get).toList();
  }

  /** At most {@code limit} open tasks whose deadline is {@code now} or earlier. */
  List<TaskRecord> overdue(long now, int limit) {
    return deadlines.stream().takeWhile(task -> task.deadline() <= now).limit(limit).toList();
  }

  /** At most {@code limit} ended tasks, the longest ended first. */
  List<TaskRecord> longestEnded(int limit) {
    return ended.stream().limit(limit).toList();
  }

  /** All records by id, those after {@code after} where it is given. */
  Collection<TaskRecord> after(Optional<String> after) {
    NavigableMap<String, TaskRecord> rest = after.map(id -> tasks.tailMap(id, false)).orElse(tasks);
    return Collections.unmodifiableCollection(rest.values());
  }

  private TaskRecord existing(String id) {
    TaskRecord task = tasks.get(id);
    if (task == null) {
      throw new IllegalStateException("an event names task " + id + ", which is not kept");
    }
    return task;
  }

  private void put(TaskRecord task) {
    TaskRecord before = tasks.put(task.id(), task);
    if (before != null) {
      unindex(before);
    }
    bytes += task.bytes();
    if (!task.open()) {
      ended.add(task);
      return;
    }
    if (task.deadline() != Long.MAX_VALUE) {
      deadlines.add(task);
    }
    if (task.held()) {
      holders
          .computeIfAbsent(task.peer().orElseThrow(), peer -> new LinkedHashSet<>())
          .add(task.id());
    }
  }

  private void unindex(TaskRecord task) {
    bytes -= task.bytes();
    ended.remove(task);
    deadlines.remove(task);
    if (task.held()) {
      holders.computeIfPresent(
          task.peer().orElseThrow(),
          (peer, ids) -> {
            ids.remove(task.id());
            return ids.isEmpty() ? null : ids;
          });
    }
  }

  private void forget(String id) {
    unindex(existing(id));
    tasks.remove(id);
    forgotten.add(id);
    if (forgotten.size() > MAX_FORGOTTEN) {
      forgotten.remove(forgotten.iterator().next());
    }
  }

  /**
   * Says what must hold.
   *
   * @throws IllegalStateException naming what does not
   */
  void checkInvariants() {
    long size = 0;
    List<String> held = new ArrayList<>();
    for (TaskRecord task : tasks.values()) {
      size += task.bytes();
      check(task.token() <= lastToken, task, "its token is above the ledger's last");
      check(task.open() != ended.contains(task), task, "the index of ended tasks is wrong");
      check(
          deadlines.contains(task) == (task.open() && task.deadline() != Long.MAX_VALUE),
          task,
          "the index of deadlines is wrong");
      check(
          task.result().isPresent() == (task.status() == TaskStatus.COMPLETED),
          task,
          "a result and completion go together");
      if (task.held()) {
        held.add(task.id());
      }
    }
    Set<String> indexed = new TreeSet<>();
    holders.values().forEach(indexed::addAll);
    if (size != bytes || !indexed.equals(new TreeSet<>(held))) {
      throw new IllegalStateException("bytes " + bytes + " of " + size + ", held " + indexed);
    }
  }

  private static void check(boolean holds, TaskRecord task, String what) {
    if (!holds) {
      throw new IllegalStateException(task + ": " + what);
    }
  }
}
