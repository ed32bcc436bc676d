package dev.mesh.multijvm.testkit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What every test with faults demands of the tasks that were acknowledged. */
public final class Outcomes {
  private static final Duration POLL = Duration.ofMillis(300);

  private Outcomes() {}

  /** Waits until {@code client} sees each of these tasks completed. */
  public static void awaitCompleted(MeshClient client, Collection<String> ids) {
    await("all " + ids.size() + " tasks are completed")
        .atMost(PeerProcess.PATIENCE)
        .pollInterval(POLL)
        .ignoreException(UncheckedIOException.class)
        .untilAsserted(() -> assertEquals(Set.of(), notCompleted(client, ids)));
  }

  private static Set<String> notCompleted(MeshClient client, Collection<String> ids) {
    Set<String> rest = new HashSet<>(ids);
    rest.removeAll(client.idsOf("completed"));
    return rest;
  }

  /**
   * Checks that each task has one accepted result, and that it came from the run that holds the
   * task's latest token.
   */
  public static void assertAcceptedOnce(TestMesh mesh, MeshClient client, Collection<String> ids) {
    Set<String> runs = runs(mesh);
    for (String id : ids) {
      JsonNode task = client.task(id).body();
      long accepted =
          StreamSupport.stream(task.path("history").spliterator(), false)
              .filter(step -> step.path("status").asText().equals("completed"))
              .count();
      assertEquals(1, accepted, () -> "results accepted: " + task);
      String run = id + " " + task.path("attempt").asText() + " " + task.path("token").asText();
      assertTrue(runs.contains(run), () -> "no handler ran for the accepted result: " + task);
    }
  }

  /** Checks that each of these tasks was awarded more than once. */
  public static void assertAwardedAnew(MeshClient client, Collection<String> ids) {
    for (String id : ids) {
      JsonNode task = client.task(id).body();
      assertTrue(task.path("attempt").asInt() > 1, () -> "was not awarded again: " + task);
    }
  }

  /**
   * What ran, as {@code id attempt token}, by the logs of all peers.
   *
   * @throws AssertionError if a handler was called twice for one award
   */
  private static Set<String> runs(TestMesh mesh) {
    Set<String> runs = new HashSet<>();
    for (PeerProcess peer : mesh.peers()) {
      for (String line : lines(peer.executionLog())) {
        String run = line.substring(0, line.lastIndexOf(' '));
        assertTrue(runs.add(run), () -> "ran twice under one token: " + run);
      }
    }
    return runs;
  }

  private static Iterable<String> lines(Path log) {
    try (Stream<String> lines = Files.exists(log) ? Files.lines(log) : Stream.empty()) {
      return lines.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
