package dev.mesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Server-sent events as they come from a peer; a stream that was cut is begun again behind the last
 * event. Used by one thread.
 */
final class EventStream {
  private static final String EVENT = "event: ";
  private static final String ID = "id: ";
  private static final String DATA = "data: ";

  private final MeshClient client;
  private final String path;
  private final BiConsumer<String, ObjectNode> taker;
  private String event = "";
  private String lastId = "";

  /**
   * @param taker is given the name and the data of each event
   */
  EventStream(MeshClient client, String path, BiConsumer<String, ObjectNode> taker) {
    this.client = client;
    this.path = path;
    this.taker = taker;
  }

  /**
   * Reads until the stream ends.
   *
   * @return whether anything came
   * @throws IOException if the stream was cut; what came before was taken
   * @throws CliException if the stream says that it cannot go on, or no peer gives one
   */
  boolean read() throws IOException {
    Map<String, String> headers = lastId.isEmpty() ? Map.of() : Map.of("Last-Event-ID", lastId);
    boolean told = false;
    try (InputStream stream = client.stream(path, headers);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        told = true;
        take(line);
      }
    }
    return told;
  }

  /** Reads on and on; fails once no peer gives a stream, or one that ends at once. */
  void follow(Console console) {
    boolean told = true;
    while (told) {
      try {
        told = read();
      } catch (IOException e) {
        console.say("mesh: the stream was cut (" + e.getMessage() + "); it is begun again");
      }
    }
    throw new CliException(ExitCode.NO_QUORUM, "the peer ends each stream at once; ask another");
  }

  private void take(String line) {
    if (line.startsWith(EVENT)) {
      event = line.substring(EVENT.length());
    } else if (line.startsWith(ID)) {
      lastId = line.substring(ID.length());
    } else if (line.startsWith(DATA)) {
      ObjectNode data = parse(line.substring(DATA.length()));
      if (event.equals("error")) {
        throw new CliException(ExitCode.FAILED, data.path("message").asText());
      }
      taker.accept(event, data);
    }
  }

  private static ObjectNode parse(String json) {
    try {
      JsonNode data = Console.MAPPER.readTree(json);
      if (data instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new CliException(ExitCode.FAILED, "the answer is not JSON: " + e.getOriginalMessage());
    }
    throw new CliException(ExitCode.FAILED, "the answer is not an event: " + json);
  }
}
