package dev.mesh.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mesh.task.PermanentFailure;
import dev.mesh.task.TaskContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The kinds that read a file of the peer that runs them, named by the payload: {@code {"file":
 * "..."}}.
 */
final class FileKinds {
  private static final int CHUNK = 64 * 1024;

  private FileKinds() {}

  /** The SHA-256 of the file, or of the payload where it names none: 64 hexadecimal digits. */
  static CompletionStage<byte[]> sha256(TaskContext context) throws IOException {
    MessageDigest digest = digest();
    Optional<Path> file = file(context);
    try (InputStream in =
        file.isPresent() ? open(file.get()) : new ByteArrayInputStream(context.payload())) {
      read(in, context, (chunk, length) -> digest.update(chunk, 0, length));
    }
    String hex = HexFormat.of().formatHex(digest.digest());
    return CompletableFuture.completedFuture(hex.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Counts like {@code wc}: line feeds, runs of bytes between ASCII white space, and bytes; as
   * {@code {"lines", "words", "bytes"}}.
   */
  static CompletionStage<byte[]> wordCount(TaskContext context) throws IOException {
    Path file =
        file(context)
            .orElseThrow(
                () ->
                    new PermanentFailure(
                        "the payload of a 'wordcount' is {\"file\": \"...\"}; not '"
                            + Builtins.text(context)
                            + "'"));
    Count count = new Count();
    try (InputStream in = open(file)) {
      read(in, context, count);
    }
    return CompletableFuture.completedFuture(
        Json.bytes(
            JsonNodeFactory.instance
                .objectNode()
                .put("lines", count.lines)
                .put("words", count.words)
                .put("bytes", count.bytes)));
  }

  private static Optional<Path> file(TaskContext context) {
    return Json.object(context.payload())
        .map(payload -> payload.get("file"))
        .filter(JsonNode::isTextual)
        .map(name -> path(name.asText()));
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new PermanentFailure("'" + name + "' is no path of a file: " + e.getReason());
    }
  }

  private static InputStream open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new PermanentFailure(file + " is a folder, not a file");
    }
    try {
      return Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw new PermanentFailure(
          "there is no file " + file.toAbsolutePath() + " at the peer that ran this task");
    } catch (AccessDeniedException e) {
      throw new PermanentFailure("the peer that ran this task may not read " + file);
    }
  }

  private static void read(InputStream in, TaskContext context, Sink sink) throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
      if (context.cancelled()) {
        throw new InterruptedIOException("cancelled");
      }
      sink.take(chunk, length);
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private interface Sink {
    void take(byte[] chunk, int length);
  }

  private static final class Count implements Sink {
    private long lines;
    private long words;
    private long bytes;
    private boolean inWord;

    @Override
    public void take(byte[] chunk, int length) {
      for (int i = 0; i < length; i++) {
        byte b = chunk[i];
        boolean space = b == ' ' || (b >= '\t' && b <= '\r');
        if (!space && !inWord) {
          words++;
        }
        inWord = !space;
        if (b == '\n') {
          lines++;
        }
      }
      bytes += length;
    }
  }
}
