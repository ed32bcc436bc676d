package dev.mesh.multijvm.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a history to a file while it happens, a JSON object a line: one for a call before it is
 * sent, one for its answer, and notes. What is in the file at any moment is a history by itself, in
 * which calls without an answer have an unknown outcome. {@link HistoryReader} reads it.
 * Thread-safe.
 */
public final class HistoryRecorder implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferedWriter out;
  private long calls;

  private HistoryRecorder(BufferedWriter out) {
    this.out = out;
  }

  /** Begins a history in a new file, in the place of one that was there. */
  public static HistoryRecorder in(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return new HistoryRecorder(Files.newBufferedWriter(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the history " + file, e);
    }
  }

  /**
   * Notes a call that is about to be sent.
   *
   * @param via whom it is sent to, for people
   * @return what to give to {@link #answered}
   */
  public synchronized long called(int client, String via, Call call) {
    long id = ++calls;
    ObjectNode line = JSON.createObjectNode().put("id", id).put("client", client);
    line.put("via", via);
    line.put("called", System.nanoTime()).set("call", JSON.valueToTree(call));
    write(line);
    return id;
  }

  /** Notes the answer to a call. */
  public void answered(long id, Answer answer) {
    // Before the lock: what waits for it here is not part of the operation.
    long now = System.nanoTime();
    ObjectNode line = JSON.createObjectNode().put("id", id).put("returned", now);
    line.set("answer", JSON.valueToTree(answer));
    write(line);
  }

  /** Notes something for people to read, for example a fault. */
  public void note(String text) {
    write(JSON.createObjectNode().put("at", System.nanoTime()).put("note", text));
  }

  private synchronized void write(ObjectNode line) {
    try {
      out.write(line.toString());
      out.write('\n');
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the history", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the history", e);
    }
  }
}
