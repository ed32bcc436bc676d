package dev.mesh.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.memory.Consistency;
import dev.mesh.memory.Entry;
import dev.mesh.memory.Listing;
import dev.mesh.memory.Memory;
import dev.mesh.memory.MismatchException;
import dev.mesh.memory.Write;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The routes below {@code /v1/memory}: {@code /{namespace}} lists, watches and says how full it is,
 * {@code /{namespace}/{key}} reads and writes one value, whose bytes are the body. The version of a
 * value is its {@code ETag}; {@code If-Match} and {@code If-None-Match: *} make a write
 * conditional.
 */
final class MemoryRoutes extends AllDirectives {
  private static final long BODY_TIMEOUT_MILLIS = 30_000;
  private static final String DEFAULT_LIMIT = "100";
  private static final Pattern VERSION = Pattern.compile("\"?([0-9]{1,18})\"?");

  private final MeshApi mesh;
  private final HttpSettings settings;
  private final ActorSystem system;

  MemoryRoutes(MeshApi mesh, HttpSettings settings, ActorSystem system) {
    this.mesh = mesh;
    this.settings = settings;
    this.system = system;
  }

  Route route() {
    return extractRequest(
        request ->
            parameterMap(
                query ->
                    concat(
                        get(() -> answer(request, target -> read(target, request, query))),
                        put(() -> answer(request, target -> write(target, request, query))),
                        delete(() -> answer(request, target -> delete(target, request))))));
  }

  /** What a request is about. */
  private interface Call {
    CompletionStage<HttpResponse> on(MemoryTarget target);
  }

  private Route answer(HttpRequest request, Call call) {
    return completeWithFuture(
        Answers.of(
            () ->
                call.on(MemoryTarget.of(request))
                    .exceptionally(MemoryRoutes::mismatchWithVersion)));
  }

  /** A refusal that says which version is there needs no read to be followed. */
  private static HttpResponse mismatchWithVersion(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof MismatchException mismatch && mismatch.current() != Memory.ABSENT) {
      return Answers.problem(Problem.of(mismatch)).addHeader(etag(mismatch.current()));
    }
    throw failure instanceof RuntimeException known ? known : new CompletionException(failure);
  }

  private CompletionStage<HttpResponse> read(
      MemoryTarget target, HttpRequest request, Map<String, String> query) {
    if (target.key().isPresent()) {
      return get(target, target.key().get(), consistency(query));
    }
    if (isTrue(query, "usage")) {
      return memory(target).usage().thenApply(usage -> Answers.json(200, MemoryJson.write(usage)));
    }
    return isTrue(query, "watch") ? watch(target, request, query) : list(target, query);
  }

  private static boolean isTrue(Map<String, String> query, String name) {
    return Boolean.parseBoolean(query.getOrDefault(name, "false"));
  }

  private CompletionStage<HttpResponse> get(
      MemoryTarget target, String key, Consistency consistency) {
    return memory(target)
        .get(key, consistency)
        .thenApply(
            found -> {
              Entry entry = found.orElseThrow(() -> notFound(target, key));
              HttpResponse response =
                  HttpResponse.create()
                      .withEntity(
                          HttpEntities.create(
                              ContentTypes.APPLICATION_OCTET_STREAM, entry.value().toArray()))
                      .addHeader(etag(entry.version()));
              HttpResponse expiring =
                  entry
                      .expires()
                      .map(at -> RawHeader.create("Mesh-Expires", at.toString()))
                      .<HttpResponse>map(response::addHeader)
                      .orElse(response);
              return staleAware(expiring, consistency);
            });
  }

  private CompletionStage<HttpResponse> list(MemoryTarget target, Map<String, String> query) {
    Consistency consistency = consistency(query);
    Listing.Query wanted =
        new Listing.Query(
            query.getOrDefault("prefix", ""),
            query.getOrDefault("after", ""),
            number("limit", query.getOrDefault("limit", DEFAULT_LIMIT)).intValue(),
            consistency);
    return memory(target)
        .list(wanted)
        .thenApply(
            listing -> staleAware(Answers.json(200, MemoryJson.write(listing)), consistency));
  }

  private CompletionStage<HttpResponse> watch(
      MemoryTarget target, HttpRequest request, Map<String, String> query) {
    Optional<Long> since =
        header(request, "Last-Event-ID")
            .or(() -> Optional.ofNullable(query.get("since")))
            .map(text -> number("since", text));
    Memory memory = memory(target);
    return CompletableFuture.completedStage(
        MemoryEvents.response(memory.watch(query.getOrDefault("prefix", ""), since)));
  }

  private CompletionStage<HttpResponse> write(
      MemoryTarget target, HttpRequest request, Map<String, String> query) {
    String key = target.requiredKey();
    Optional<Duration> ttl = Optional.ofNullable(query.get("ttl")).map(MemoryRoutes::ttl);
    Write how = new Write(expected(request), ttl);
    Memory memory = memory(target);
    return request
        .entity()
        .toStrict(BODY_TIMEOUT_MILLIS, settings.maxBody(), system)
        .thenApply(HttpEntity.Strict::getData)
        .thenCompose(body -> memory.write(key, body.toArray(), how))
        .thenApply(
            version ->
                Answers.json(200, object().put("version", version)).addHeader(etag(version)));
  }

  private CompletionStage<HttpResponse> delete(MemoryTarget target, HttpRequest request) {
    String key = target.requiredKey();
    OptionalLong expected = expected(request);
    if (expected.isPresent() && expected.getAsLong() == Memory.ABSENT) {
      throw Problem.invalid(
          "what is to be deleted is there; use If-Match: \"version\", or nothing");
    }
    Memory memory = memory(target);
    CompletionStage<Boolean> deleted =
        expected.isPresent() ? memory.delete(key, expected.getAsLong()) : memory.delete(key);
    return deleted.thenApply(
        found -> {
          if (!found) {
            throw notFound(target, key);
          }
          return Answers.json(200, object().put("deleted", true));
        });
  }

  private Memory memory(MemoryTarget target) {
    return mesh.memory(target.namespace()).orElseThrow(() -> Problem.starting(mesh.health()));
  }

  private static OptionalLong expected(HttpRequest request) {
    Optional<String> match = header(request, "If-Match");
    Optional<String> noneMatch = header(request, "If-None-Match");
    if (match.isPresent() && noneMatch.isPresent()) {
      throw Problem.invalid("If-Match and If-None-Match exclude each other; send one");
    }
    if (noneMatch.isPresent()) {
      if (!noneMatch.get().equals("*")) {
        throw Problem.invalid(
            "If-None-Match is * (nothing is there), not '" + noneMatch.get() + "'");
      }
      return OptionalLong.of(Memory.ABSENT);
    }
    if (match.isEmpty()) {
      return OptionalLong.empty();
    }
    Matcher version = VERSION.matcher(match.get());
    if (!version.matches()) {
      throw Problem.invalid(
          "If-Match is a version in quotes as the ETag has it, like \"7\", not '"
              + match.get()
              + "'");
    }
    return OptionalLong.of(Long.parseLong(version.group(1)));
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  private static Consistency consistency(Map<String, String> query) {
    String wanted = query.getOrDefault("consistency", "linearizable");
    return switch (wanted) {
      case "linearizable" -> Consistency.LINEARIZABLE;
      case "stale" -> Consistency.STALE;
      default ->
          throw Problem.invalid("'consistency' is linearizable or stale, not '" + wanted + "'");
    };
  }

  private static Duration ttl(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw Problem.invalid("'ttl' must be a duration like PT1H, not '" + text + "'");
    }
  }

  private static Long number(String name, String text) {
    Matcher number = VERSION.matcher(text);
    if (!number.matches()) {
      throw Problem.invalid("'" + name + "' must be a whole number, not '" + text + "'");
    }
    return Long.valueOf(number.group(1));
  }

  private static Problem notFound(MemoryTarget target, String key) {
    return new Problem(
        404, "not-found", "'" + key + "' is not in namespace '" + target.namespace() + "'");
  }

  private static HttpHeader etag(long version) {
    return RawHeader.create("ETag", "\"" + version + "\"");
  }

  private static HttpResponse staleAware(HttpResponse response, Consistency consistency) {
    return consistency == Consistency.STALE
        ? response.addHeader(RawHeader.create("Mesh-Stale", "true"))
        : response;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
