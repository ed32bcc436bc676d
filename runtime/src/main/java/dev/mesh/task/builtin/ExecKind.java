package dev.mesh.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mesh.task.PermanentFailure;
import dev.mesh.task.TaskContext;
import dev.mesh.task.TaskHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command: {@code {"command": ["ls", "-l"]}}, no shell, in the peer's working folder, with
 * nothing on its standard input. The result is {@code {"exitCode", "stdout", "stderr",
 * "truncated"}}, with at most {@value #MAX_OUTPUT} bytes of each stream, and less where the result
 * would be larger than a result may be. An exit code other than 0 fails the try. A task that is
 * cancelled or past its deadline has its process and that process's children killed.
 */
final class ExecKind implements TaskHandler {
  static final int MAX_OUTPUT = 64 * 1024;

  private static final int MAX_ERROR_TEXT = 500;

  private final int maxResult;

  ExecKind(int maxResult) {
    this.maxResult = maxResult;
  }

  @Override
  public CompletionStage<byte[]> handle(TaskContext context) throws Exception {
    List<String> command = command(context);
    Process process = start(command);
    try {
      process.getOutputStream().close();
      CompletableFuture<Output> stdout = read(process.getInputStream());
      CompletableFuture<Output> stderr = read(process.getErrorStream());
      int exitCode = process.waitFor();
      return CompletableFuture.completedFuture(
          result(
              command, exitCode, stdout.get(5, TimeUnit.SECONDS), stderr.get(5, TimeUnit.SECONDS)));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static List<String> command(TaskContext context) {
    List<String> command = new ArrayList<>();
    JsonNode words =
        Json.object(context.payload()).map(payload -> payload.path("command")).orElse(null);
    if (words != null && words.isArray()) {
      words.forEach(word -> command.add(word.asText()));
    }
    if (command.isEmpty()) {
      throw new PermanentFailure(
          "the payload of an 'exec' is {\"command\": [\"program\", \"argument\", ...]}; not '"
              + Builtins.text(context)
              + "'");
    }
    return command;
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new PermanentFailure("cannot run '" + command.get(0) + "': " + e.getMessage());
    }
  }

  private byte[] result(List<String> command, int exitCode, Output stdout, Output stderr) {
    if (exitCode != 0) {
      String said = stderr.text.strip();
      String brief =
          said.length() <= MAX_ERROR_TEXT ? said : said.substring(0, MAX_ERROR_TEXT) + "...";
      throw new IllegalStateException(
          "'"
              + String.join(" ", command)
              + "' ended with exit code "
              + exitCode
              + (brief.isEmpty() ? "" : ": " + brief));
    }
    for (int max = MAX_OUTPUT; ; max /= 2) {
      byte[] result = json(exitCode, stdout.atMost(max), stderr.atMost(max));
      if (result.length <= maxResult || max == 0) {
        return result;
      }
    }
  }

  private static byte[] json(int exitCode, Output stdout, Output stderr) {
    return Json.bytes(
        JsonNodeFactory.instance
            .objectNode()
            .put("exitCode", exitCode)
            .put("stdout", stdout.text)
            .put("stderr", stderr.text)
            .put("truncated", stdout.truncated || stderr.truncated));
  }

  /** Reads to the end, so that the process is not held up, and keeps the beginning. */
  private static CompletableFuture<Output> read(InputStream stream) {
    CompletableFuture<Output> output = new CompletableFuture<>();
    Thread reader = new Thread(() -> output.complete(drain(stream)), "mesh-exec-output");
    reader.setDaemon(true);
    reader.start();
    return output;
  }

  private static Output drain(InputStream stream) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    boolean truncated = false;
    byte[] chunk = new byte[8192];
    try (stream) {
      for (int length = stream.read(chunk); length >= 0; length = stream.read(chunk)) {
        int room = Math.min(length, MAX_OUTPUT - kept.size());
        kept.write(chunk, 0, room);
        truncated |= room < length;
      }
    } catch (IOException e) {
      truncated = true; // the process was killed: what it said so far is what there is
    }
    return new Output(kept.toString(StandardCharsets.UTF_8), truncated);
  }

  private record Output(String text, boolean truncated) {
    Output atMost(int length) {
      return text.length() <= length ? this : new Output(text.substring(0, length), true);
    }
  }
}
