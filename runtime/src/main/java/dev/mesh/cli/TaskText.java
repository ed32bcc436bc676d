package dev.mesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A task's JSON, as people read it. */
final class TaskText {
  private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled", "expired");

  private TaskText() {}

  /** Whether the task has ended for good. */
  static boolean ended(JsonNode task) {
    return ENDED.contains(status(task));
  }

  static boolean completed(JsonNode task) {
    return status(task).equals("completed");
  }

  static String status(JsonNode task) {
    return task.path("status").asText();
  }

  /** The result as text; one that is not UTF-8 as base64. */
  static String result(JsonNode task) {
    return task.path("result").asText(task.path("resultBase64").asText());
  }

  /** What the command of a task of kind {@code exec} wrote: {@code stdout}, {@code stderr}. */
  static Optional<JsonNode> commandOutput(JsonNode task) {
    if (!task.path("kind").asText().equals("exec")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Console.MAPPER.readTree(result(task))).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** What is worth knowing of a task that has no result. */
  static String reason(JsonNode task) {
    return task.path("error").asText(task.path("why").asText(status(task)));
  }

  static String orDash(JsonNode value) {
    String text = value.asText();
    return text.isEmpty() ? "-" : text;
  }

  /** All that is known of a task. */
  static void describe(Console console, JsonNode task) {
    List<String> fields =
        List.of("id", "kind", "status", "peer", "attempt", "token", "why", "progress", "error");
    for (String field : fields) {
      if (task.has(field)) {
        console.print(String.format("%-9s %s", field, task.path(field).asText()));
      }
    }
    if (!task.path("history").isEmpty()) {
      Table history = new Table("time", "status", "peer", "attempt", "note");
      for (JsonNode step : task.path("history")) {
        history.row(
            step.path("time").asText(),
            status(step),
            orDash(step.path("peer")),
            step.path("attempt").asText(),
            step.path("note").asText());
      }
      console.print("");
      history.lines().forEach(console::print);
    }
    if (completed(task)) {
      console.print("");
      console.print(result(task));
    }
    if (task.path("stale").asBoolean()) {
      console.say("mesh: this peer reaches no majority; what it says may be out of date");
    }
  }
}
