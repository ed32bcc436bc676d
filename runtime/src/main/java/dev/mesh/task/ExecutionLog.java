package dev.mesh.task;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * Notes each start of a handler in a file, a line {@code task-id attempt token time}, so that one
 * can count what ran and how often. A line is with the operating system when the handler starts: it
 * survives the end of the process, not that of the machine. Thread-safe.
 */
final class ExecutionLog implements Closeable {
  private final FileChannel file;

  /** Opens {@code path} to append to it, and makes it and its folder where they are missing. */
  ExecutionLog(Path path) {
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write mesh.work.execution-log " + path, e);
    }
  }

  void started(WorkCommand.Award award, Instant time) {
    String line =
        award.task().id() + " " + award.attempt() + " " + award.token() + " " + time + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    synchronized (this) {
      try {
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write the execution log", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
