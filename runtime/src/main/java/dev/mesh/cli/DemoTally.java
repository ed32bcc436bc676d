package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What has become of the demo's tasks so far. Thread-safe. */
final class DemoTally implements Job.Listener {
  private static final int REASONS = 5;

  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private final Map<String, String> results = new ConcurrentHashMap<>();
  private final Map<String, Integer> shares = new ConcurrentHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final int half;
  private final Runnable atHalf;
  private int failed;

  /**
   * @param tasks how many there will be
   * @param atHalf is run once, when half of them have ended, by the thread that brought the news
   */
  DemoTally(int tasks, Runnable atHalf) {
    this.half = Math.max(1, tasks / 2);
    this.atHalf = atHalf;
  }

  @Override
  public void accepted(String id) {
    accepted.add(id);
  }

  @Override
  public void refused(String id, JsonNode error) {
    fail(id, error.path("message").asText());
  }

  @Override
  public void lost(String id, String reason) {
    note(id, reason);
  }

  @Override
  public void ended(JsonNode task) {
    String id = task.path("id").asText();
    if (!TaskText.completed(task)) {
      fail(id, TaskText.reason(task));
    } else {
      results.put(id, TaskText.result(task));
      shares.merge(task.path("peer").asText(), 1, Integer::sum);
    }
    if (ended.add(id) && endedCount() == half) {
      atHalf.run();
    }
  }

  private synchronized int endedCount() {
    return ended.size();
  }

  private synchronized void fail(String id, String reason) {
    failed++;
    note(id, reason);
  }

  private synchronized void note(String id, String reason) {
    if (failures.size() < REASONS) {
      failures.add(id + ": " + reason);
    }
  }

  int completed() {
    return results.size();
  }

  synchronized int failed() {
    return failed;
  }

  /** How many tasks the mesh has accepted and not brought to an end. */
  int lost() {
    return (int) accepted.stream().filter(id -> !ended.contains(id)).count();
  }

  /** By the ids of the tasks that completed. */
  Map<String, String> results() {
    return Map.copyOf(results);
  }

  /** How many tasks each peer completed, in the order of the peers' ids. */
  Map<String, Integer> shares() {
    return new TreeMap<>(shares);
  }

  /** Why tasks failed; the first few. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }
}
