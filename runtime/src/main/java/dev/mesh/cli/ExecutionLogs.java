package dev.mesh.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files in which peers note each start of a handler, a line each: id, attempt, token, time. */
final class ExecutionLogs {
  private ExecutionLogs() {}

  /** How many tasks had their handler started more than once, over all peers together. */
  static long runMoreThanOnce(List<Path> logs) {
    Map<String, Integer> starts = new HashMap<>();
    for (Path log : logs) {
      try (Stream<String> lines = Files.lines(log)) {
        lines
            .filter(line -> !line.isBlank())
            .forEach(line -> starts.merge(line.split(" ", 2)[0], 1, Integer::sum));
      } catch (IOException e) {
        throw new UncheckedIOException("the execution log " + log + " cannot be read", e);
      }
    }
    return starts.values().stream().filter(count -> count > 1).count();
  }
}
