package dev.mesh.multijvm.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads what a {@link HistoryRecorder} wrote. */
public final class HistoryReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<Long, Operation> operations = new TreeMap<>();

  private HistoryReader() {}

  /**
   * The operations of a history in the order of their calls. Calls without an answer have an
   * unknown outcome.
   *
   * @throws UncheckedIOException if the file cannot be read or has a line of another form
   */
  public static List<Operation> read(Path file) {
    HistoryReader reader = new HistoryReader();
    try (Stream<String> lines = Files.lines(file)) {
      for (String line : (Iterable<String>) lines::iterator) {
        reader.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no history in " + file, e);
    }
    return List.copyOf(reader.operations.values());
  }

  private void add(JsonNode line) throws IOException {
    if (line.has("note")) {
      return;
    }
    long id = line.required("id").asLong();
    if (line.has("call")) {
      operations.put(
          id,
          new Operation(
              line.required("client").asInt(),
              JSON.treeToValue(line.required("call"), Call.class),
              line.required("called").asLong(),
              Operation.NEVER,
              new Answer.Unknown("no answer recorded")));
      return;
    }
    Operation asked = operations.get(id);
    if (asked == null) {
      throw new IOException("an answer to call " + id + ", which was not noted before");
    }
    operations.put(
        id,
        new Operation(
            asked.client(),
            asked.call(),
            asked.called(),
            line.required("returned").asLong(),
            JSON.treeToValue(line.required("answer"), Answer.class)));
  }
}
