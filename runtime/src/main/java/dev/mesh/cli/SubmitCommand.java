package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mesh submit}: gives the mesh one task. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = "Give the mesh one task; prints its id once the task is safe.")
final class SubmitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions mesh;

  @Option(
      names = "--kind",
      required = true,
      description = "What to do: echo, sleep, sha256, wordcount, exec or a kind of your own.")
  private String kind;

  @Option(
      names = "--payload",
      paramLabel = "TEXT|@FILE",
      description = "The input: the text itself, or the content of a file.")
  private String payload;

  @Option(
      names = "--id",
      description = "The task's name for good; submitting it again is harmless. Else a random one.")
  private String id;

  @Option(
      names = "--capabilities",
      split = ",",
      paramLabel = "A,B",
      description = "What the peer that runs it should offer.")
  private List<String> capabilities;

  @Option(names = "--placement", description = "auction (default), hash or capability.")
  private String placement;

  @Option(names = "--priority", description = "-100 to 100; the higher goes first.")
  private Integer priority;

  @Option(names = "--retries", description = "Tries after a failure, 0 to 100.")
  private Integer retries;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "When it expires from now, like 30s.")
  private Duration deadline;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "Wait for its end this long, and show it.")
  private Duration wait;

  @Override
  public Integer call() {
    Console console = Console.of(spec);
    MeshClient client = mesh.client();
    JsonNode answer = client.post("/v1/tasks", task());
    if (wait != null) {
      JsonNode end = WaitForTask.until(client, answer.path("id").asText(), wait);
      return WaitForTask.report(console, end, mesh.json());
    }
    if (mesh.json()) {
      console.print(answer);
    } else {
      console.print(answer.path("id").asText());
    }
    return ExitCode.DONE;
  }

  private ObjectNode task() {
    ObjectNode task = Console.MAPPER.createObjectNode();
    task.put("id", id == null ? UUID.randomUUID().toString() : id).put("kind", kind);
    if (payload != null && payload.startsWith("@")) {
      putContent(task, Path.of(payload.substring(1)));
    } else if (payload != null) {
      task.put("payload", payload);
    }
    if (capabilities != null) {
      capabilities.forEach(task.putArray("capabilities")::add);
    }
    if (placement != null) {
      task.put("placement", placement);
    }
    if (priority != null) {
      task.put("priority", priority);
    }
    if (retries != null) {
      task.put("retries", retries);
    }
    if (deadline != null) {
      task.put("deadline", Instant.now().plus(deadline).toString());
    }
    return task;
  }

  private static void putContent(ObjectNode task, Path file) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw CliException.wrongUsage("--payload @" + file + " cannot be read: " + reason(e));
    }
    try {
      task.put(
          "payload",
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException e) {
      task.put("payloadBase64", Base64.getEncoder().encodeToString(content));
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "there is no such file" : e.toString();
  }
}
