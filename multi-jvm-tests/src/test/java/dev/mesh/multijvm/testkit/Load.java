package dev.mesh.multijvm.testkit;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;

/** Tasks for tests to submit. */
public final class Load {
  private Load() {}

  /** Tasks that sleep, named by a prefix and a number. */
  public static List<ObjectNode> sleeps(String prefix, int count, int millis) {
    return IntStream.range(0, count)
        .mapToObj(i -> "%s-%05d".formatted(prefix, i))
        .map(
            id ->
                MeshClient.task(id, "sleep", "PT%d.%03dS".formatted(millis / 1000, millis % 1000)))
        .toList();
  }

  /**
   * Submits tasks as often as it takes until each is acknowledged: under one id a task is taken
   * once.
   *
   * @return their ids
   */
  public static List<String> submit(MeshClient client, List<ObjectNode> tasks) {
    return await("all " + tasks.size() + " tasks are acknowledged")
        .atMost(PeerProcess.PATIENCE)
        .ignoreException(UncheckedIOException.class)
        .until(() -> acknowledged(client.submit(tasks)), ids -> ids.size() == tasks.size());
  }

  /** The ids of the tasks that were acknowledged, given the answers to a submission. */
  public static List<String> acknowledged(List<JsonNode> answers) {
    return answers.stream()
        .filter(answer -> !answer.has("error"))
        .map(answer -> answer.path("id").asText())
        .toList();
  }
}
