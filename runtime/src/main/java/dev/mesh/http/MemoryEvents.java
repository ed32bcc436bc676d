package dev.mesh.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mesh.memory.Change;
import java.time.Duration;
import java.util.Locale;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A watch as server-sent events. The event's name is the kind of the change, its data JSON, its id
 * the revision, which a client that comes back sends as {@code Last-Event-ID}.
 */
final class MemoryEvents {
  private static final ContentType TYPE = ContentTypes.parse("text/event-stream");

  /** Shorter than what proxies and servers hold a silent connection. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private static final ByteString COMMENT = ByteString.fromString(":\n\n");

  private MemoryEvents() {}

  static HttpResponse response(Source<Change, NotUsed> changes) {
    Source<ByteString, NotUsed> events =
        changes
            .map(MemoryEvents::event)
            .recover(new PFBuilder<Throwable, ByteString>().matchAny(MemoryEvents::failure).build())
            .keepAlive(KEEP_ALIVE, () -> COMMENT);
    return HttpResponse.create().withEntity(HttpEntities.create(TYPE, events));
  }

  private static ByteString event(Change change) {
    String name = change.kind().name().toLowerCase(Locale.ROOT);
    String id = change.revision().map(revision -> "id: " + revision + "\n").orElse("");
    return event(name, id, TaskJson.bytes(MemoryJson.write(change)));
  }

  /** The last event of a watch that cannot go on. */
  private static ByteString failure(Throwable failure) {
    return event("error", "", TaskJson.bytes(TaskJson.write(Problem.of(failure))));
  }

  private static ByteString event(String name, String id, byte[] json) {
    return ByteString.fromString(
        "event: " + name + "\n" + id + "data: " + new String(json, UTF_8) + "\n\n", UTF_8);
  }
}
