package dev.mesh.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.events.MeshEvent;
import dev.mesh.events.MeshEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * {@code GET /v1/events}: what this peer has noticed, as server-sent events: those that are kept,
 * or those after {@code ?after=ID} or {@code Last-Event-ID}; then, unless {@code follow=false},
 * those to come. An event {@code missed} stands for those that were forgotten before they could be
 * sent.
 */
final class EventRoutes extends AllDirectives {
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private final MeshEvents events;

  EventRoutes(MeshEvents events) {
    this.events = events;
  }

  Route route() {
    return get(
        () ->
            extractRequest(
                request ->
                    parameterMap(
                        query ->
                            completeWithFuture(
                                Answers.of(
                                    () ->
                                        CompletableFuture.completedStage(
                                            answer(request, query)))))));
  }

  private HttpResponse answer(HttpRequest request, Map<String, String> query) {
    OptionalLong after =
        request
            .getHeader("Last-Event-ID")
            .map(HttpHeader::value)
            .or(() -> Optional.ofNullable(query.get("after")))
            .map(text -> OptionalLong.of(id(text)))
            .orElse(OptionalLong.empty());
    Reader reader = new Reader(after);
    return ServerSentEvents.response(
        follow(query.getOrDefault("follow", "true"))
            ? Source.tick(Duration.ZERO, LOOK_EVERY, reader)
                .mapConcat(Reader::news)
                .mapMaterializedValue(timer -> NotUsed.notUsed())
            : Source.from(reader.news()));
  }

  private static boolean follow(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw Problem.invalid("'follow' is true or false, not \"" + text + "\"");
    }
    return text.equals("true");
  }

  private static long id(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Problem.invalid("'after' must be the id of an event, not \"" + text + "\"");
    }
  }

  /** Reads on where it stopped. Used by one stream. */
  private final class Reader {
    private OptionalLong last;

    Reader(OptionalLong after) {
      this.last = after;
    }

    List<ByteString> news() {
      MeshEvents.Batch batch = last.isPresent() ? events.after(last.getAsLong()) : events.recent();
      List<ByteString> news = new ArrayList<>();
      if (last.isPresent() && batch.missed() > 0) {
        ObjectNode missed = JsonNodeFactory.instance.objectNode().put("missed", batch.missed());
        news.add(ServerSentEvents.event("missed", Optional.empty(), missed));
      }
      for (MeshEvent event : batch.events()) {
        String name = EventJson.name(event.what());
        String id = Long.toString(event.id());
        news.add(ServerSentEvents.event(name, Optional.of(id), EventJson.write(event)));
        last = OptionalLong.of(event.id());
      }
      if (last.isEmpty()) {
        last = OptionalLong.of(events.latestId());
      }
      return news;
    }
  }
}
