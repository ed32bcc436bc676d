package dev.mesh.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The form of server-sent events: a name, an id where there is one, and JSON. */
final class ServerSentEvents {
  private static final ContentType TYPE = ContentTypes.parse("text/event-stream");

  /** Shorter than what proxies and servers hold a silent connection. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private static final ByteString COMMENT = ByteString.fromString(":\n\n");

  private ServerSentEvents() {}

  /** A stream that fails ends with an event {@code error}. */
  static HttpResponse response(Source<ByteString, NotUsed> events) {
    Source<ByteString, NotUsed> stream =
        events
            .recover(
                new PFBuilder<Throwable, ByteString>().matchAny(ServerSentEvents::failure).build())
            .keepAlive(KEEP_ALIVE, () -> COMMENT);
    return HttpResponse.create().withEntity(HttpEntities.create(TYPE, stream));
  }

  /**
   * @param id what a client that comes back sends as {@code Last-Event-ID}
   */
  static ByteString event(String name, Optional<String> id, JsonNode data) {
    return ByteString.fromString(
        "event: "
            + name
            + "\n"
            + id.map(text -> "id: " + text + "\n").orElse("")
            + "data: "
            + new String(TaskJson.bytes(data), UTF_8)
            + "\n\n",
        UTF_8);
  }

  private static ByteString failure(Throwable failure) {
    return event("error", Optional.empty(), TaskJson.write(Problem.of(failure)));
  }
}
