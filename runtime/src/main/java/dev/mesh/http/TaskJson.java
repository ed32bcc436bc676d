package dev.mesh.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.task.Task;
import dev.mesh.task.TaskView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tasks as JSON and back. All methods are pure; what is wrong is a {@link Problem} that names it.
 */
final class TaskJson {
  static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private TaskJson() {}

  /** The task that a JSON object asks for. */
  static Task parse(byte[] json) {
    JsonNode root = readTree(json);
    if (!root.isObject()) {
      throw Problem.invalid("a task is a JSON object like {\"kind\":\"echo\"}, not " + brief(root));
    }
    Task.Builder task =
        Task.of(
            text(root, "kind")
                .orElseThrow(() -> Problem.invalid("'kind' is missing; name one, like \"echo\"")));
    text(root, "id").ifPresent(task::id);
    task.payload(payload(root));
    task.capabilities(texts(root, "capabilities"));
    text(root, "placement").map(TaskJson::placement).ifPresent(task::placement);
    integer(root, "priority").ifPresent(task::priority);
    integer(root, "retries").ifPresent(task::retries);
    text(root, "deadline").map(TaskJson::instant).ifPresent(task::deadline);
    task.after(texts(root, "after"));
    return task.build();
  }

  /** Everything about a task that is known. */
  static ObjectNode write(TaskView view) {
    ObjectNode json = brief(view);
    json.put("kind", view.kind());
    view.peer().map(PeerId::value).ifPresent(peer -> json.put("peer", peer));
    json.put("attempt", view.attempt());
    json.put("token", view.token());
    view.result().ifPresent(result -> putBytes(json, "result", result));
    view.error().ifPresent(error -> json.put("error", error));
    view.why().ifPresent(why -> json.put("why", why));
    view.progress().ifPresent(note -> json.put("progress", note));
    ArrayNode history = json.putArray("history");
    for (TaskView.Entry entry : view.history()) {
      ObjectNode step = history.addObject();
      step.put("time", entry.time().toString());
      step.put("status", entry.status().text());
      entry.peer().map(PeerId::value).ifPresent(peer -> step.put("peer", peer));
      step.put("attempt", entry.attempt());
      if (!entry.note().isEmpty()) {
        step.put("note", entry.note());
      }
    }
    if (view.stale()) {
      json.put("stale", true);
    }
    return json;
  }

  /** A task's id and status: the answer to a submission. */
  static ObjectNode brief(TaskView view) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", view.id())
        .put("status", view.status().text());
  }

  static ObjectNode write(Problem problem) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("error", problem.code())
            .put("message", problem.getMessage());
    if (problem.status() >= 500) {
      json.put("outcomeKnown", problem.outcomeKnown());
    }
    return json;
  }

  static byte[] bytes(JsonNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  static JsonNode readTree(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw Problem.invalid("this is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw Problem.invalid("this is not JSON in UTF-8: " + e.getMessage());
    }
  }

  /** A string is its text; any other JSON value is its compact text. */
  private static Bytes payload(JsonNode root) {
    Optional<String> base64 = text(root, "payloadBase64");
    JsonNode value = root.path("payload");
    if (base64.isPresent()) {
      if (!value.isMissingNode()) {
        throw Problem.invalid("'payload' and 'payloadBase64' exclude each other; give one");
      }
      return decode(base64.get());
    }
    if (value.isMissingNode()) {
      return Bytes.EMPTY;
    }
    return value.isTextual() ? Bytes.utf8(value.textValue()) : Bytes.wrap(bytes(value));
  }

  private static Bytes decode(String base64) {
    try {
      return Bytes.wrap(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw Problem.invalid("'payloadBase64' is not base64: " + e.getMessage());
    }
  }

  /** Text if it is UTF-8, else base64 under {@code nameBase64}. */
  static void putBytes(ObjectNode json, String name, Bytes value) {
    try {
      json.put(name, StandardCharsets.UTF_8.newDecoder().decode(value.buffer()).toString());
    } catch (CharacterCodingException e) {
      ByteBuffer encoded = Base64.getEncoder().encode(value.buffer());
      json.put(name + "Base64", StandardCharsets.ISO_8859_1.decode(encoded).toString());
    }
  }

  private static Optional<String> text(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw Problem.invalid("'" + name + "' must be a string, not " + brief(value));
    }
    return Optional.of(value.textValue());
  }

  private static Optional<Integer> integer(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw Problem.invalid("'" + name + "' must be a whole number, not " + brief(value));
    }
    return Optional.of(value.intValue());
  }

  private static List<String> texts(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : value) {
      if (element.isTextual()) {
        texts.add(element.textValue());
      }
    }
    if (!value.isArray() || texts.size() != value.size()) {
      throw Problem.invalid("'" + name + "' must be an array of strings, not " + brief(value));
    }
    return texts;
  }

  private static Task.Placement placement(String text) {
    for (Task.Placement placement : Task.Placement.values()) {
      if (placement.name().toLowerCase(Locale.ROOT).equals(text)) {
        return placement;
      }
    }
    throw Problem.invalid("'placement' is auction, hash or capability, not \"" + text + "\"");
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Problem.invalid(
          "'deadline' must be a time like 2030-01-31T12:00:00Z, not \"" + text + "\"");
    }
  }

  private static String brief(JsonNode value) {
    String text = value.isMissingNode() ? "nothing" : value.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
