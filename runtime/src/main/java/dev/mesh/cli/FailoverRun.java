package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;

/** A peer of a mesh under load fails once, and its tasks go elsewhere. Used by one thread. */
final class FailoverRun {
  /** Tasks that take their time, over all peers. */
  static final int TASKS = 24;

  /** Longer than they take to move: so a frozen peer still has them when it wakes. */
  private static final String TASK_TIME = "PT12S";

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long LOOK_MILLIS = 50;
  private static final int LOAD_AT_ONCE = 20;
  private static final long LOAD_MILLIS = 100;

  private final LocalMesh mesh;
  private final int run;
  private final boolean freeze;
  private final int victim;
  private final MeshClient client;
  private final String victimId;

  /**
   * @param run counts the runs on this mesh, from 0; decides who fails
   * @param freeze whether the peer is frozen for a while instead of killed
   */
  FailoverRun(LocalMesh mesh, int run, boolean freeze) {
    this.mesh = mesh;
    this.run = run;
    this.freeze = freeze;
    this.victim = run % mesh.size();
    List<URI> others = new ArrayList<>(mesh.urls());
    URI victimUrl = others.remove(victim);
    this.client = new MeshClient(others, Optional.empty(), PATIENCE);
    this.victimId =
        new MeshClient(List.of(victimUrl), Optional.empty(), PATIENCE)
            .get("/v1/health")
            .path("peer")
            .asText();
  }

  /**
   * What came of it.
   *
   * @param seconds from the signal until the last of the peer's tasks ran elsewhere
   * @param moved how many it had
   * @param acceptedTwice tasks of which more than one result was accepted
   */
  record Outcome(double seconds, int moved, long acceptedTwice) {}

  /** Returns when the peer is back and all tasks have ended. */
  Outcome measure() {
    AtomicBoolean loaded = new AtomicBoolean(true);
    Thread load = new Thread(() -> load(loaded), "bench-load");
    load.start();
    try {
      List<String> ids = submit();
      List<String> lost = runningAtVictim(ids);
      Instant failedAt = Instant.now();
      if (freeze) {
        mesh.freeze(victim);
      } else {
        mesh.kill(victim);
      }
      Instant last = awaitElsewhere(lost);
      if (freeze) {
        mesh.thaw(victim);
      } else {
        mesh.start(victim);
      }
      mesh.awaitReady(PATIENCE);
      double seconds = Duration.between(failedAt, last).toMillis() / 1e3;
      return new Outcome(seconds, lost.size(), acceptedTwice(ids));
    } finally {
      loaded.set(false);
      join(load);
    }
  }

  private List<String> submit() {
    List<ObjectNode> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(task("failover-%d-%d".formatted(run, i), "sleep", TASK_TIME));
    }
    client.postLines("/v1/tasks", tasks);
    return tasks.stream().map(task -> task.path("id").asText()).toList();
  }

  private static ObjectNode task(String id, String kind, String payload) {
    return Console.MAPPER
        .createObjectNode()
        .put("id", id)
        .put("kind", kind)
        .put("payload", payload);
  }

  /** Waits until all run; gives those that run at the peer which is to fail. */
  private List<String> runningAtVictim(List<String> ids) {
    Map<String, String> peers = new HashMap<>();
    awaitEach(
        ids,
        task -> {
          peers.put(task.path("id").asText(), task.path("peer").asText());
          return TaskText.status(task).equals("running");
        });
    return ids.stream().filter(id -> peers.get(id).equals(victimId)).toList();
  }

  /** When the last of these tasks began to run at another peer, by its history. */
  private Instant awaitElsewhere(List<String> lost) {
    List<Instant> starts = new ArrayList<>();
    awaitEach(
        lost,
        task -> {
          boolean moved =
              TaskText.status(task).equals("running")
                  && !task.path("peer").asText().equals(victimId);
          if (moved) {
            JsonNode history = task.path("history");
            starts.add(Instant.parse(history.get(history.size() - 1).path("time").asText()));
          }
          return moved;
        });
    return starts.stream()
        .max(Instant::compareTo)
        .orElseThrow(
            () -> new CliException(ExitCode.FAILED, "peer " + victimId + " had no task to lose"));
  }

  private long acceptedTwice(List<String> ids) {
    awaitEach(ids, TaskText::ended);
    return ids.stream()
        .map(id -> client.get("/v1/tasks/" + id).path("history"))
        .filter(history -> completions(history) > 1)
        .count();
  }

  private static long completions(JsonNode history) {
    return StreamSupport.stream(history.spliterator(), false).filter(TaskText::completed).count();
  }

  /** What a task must come to. */
  private interface Goal {
    boolean reached(JsonNode task);
  }

  private void awaitEach(List<String> ids, Goal goal) {
    long start = System.nanoTime();
    for (String id : ids) {
      while (!goal.reached(client.get("/v1/tasks/" + id))) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new CliException(ExitCode.TIMED_OUT, "task " + id + " took over " + PATIENCE);
        }
        LocalMesh.pause(LOOK_MILLIS);
      }
    }
  }

  /** Small tasks all the while; which of them are refused is of no matter here. */
  private void load(AtomicBoolean wanted) {
    for (int batch = 0; wanted.get(); batch++) {
      List<ObjectNode> tasks = new ArrayList<>();
      for (int i = 0; i < LOAD_AT_ONCE; i++) {
        tasks.add(task("load-%d-%d-%d".formatted(run, batch, i), "echo", "load"));
      }
      try {
        client.postLines("/v1/tasks", tasks);
      } catch (CliException e) {
        // As while a ledger of the failed peer is without one.
      }
      LocalMesh.pause(LOAD_MILLIS);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
