package dev.mesh.http;

import dev.mesh.memory.Change;
import java.util.Locale;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A watch as server-sent events. The event's name is the kind of the change, its data JSON, its id
 * the revision.
 */
final class MemoryEvents {
  private MemoryEvents() {}

  static HttpResponse response(Source<Change, NotUsed> changes) {
    return ServerSentEvents.response(changes.map(MemoryEvents::event));
  }

  private static ByteString event(Change change) {
    return ServerSentEvents.event(
        change.kind().name().toLowerCase(Locale.ROOT),
        change.revision().map(String::valueOf),
        MemoryJson.write(change));
  }
}
