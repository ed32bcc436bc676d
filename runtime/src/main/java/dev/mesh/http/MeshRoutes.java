package dev.mesh.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.task.Task;
import dev.mesh.task.TaskStatus;
import dev.mesh.task.TaskView;
import dev.mesh.task.Tasks;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The routes below {@code /v1}. Each translates a request to one call on the {@link MeshApi} and
 * its outcome back to JSON. While the peer starts, what needs the mesh is answered with 503; what
 * is read where no majority is in reach carries the header {@code Mesh-Stale: true}.
 */
final class MeshRoutes extends AllDirectives {
  static final ContentType NDJSON = ContentTypes.parse("application/x-ndjson");
  private static final long BODY_TIMEOUT_MILLIS = 30_000;
  private static final int MAX_IDS = 100;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final String DEFAULT_LIMIT = "100";

  private final MeshApi mesh;
  private final HttpSettings settings;
  private final ActorSystem system;

  MeshRoutes(MeshApi mesh, HttpSettings settings, ActorSystem system) {
    this.mesh = mesh;
    this.settings = settings;
    this.system = system;
  }

  /** All routes; every answer that is not a success has the JSON form of {@link Problem}. */
  Route route() {
    Route tasks =
        concat(
            pathEnd(() -> concat(post(() -> extractRequest(this::post)), get(this::list))),
            path(
                PathMatchers.segment(),
                id -> concat(get(() -> parameterMap(q -> one(id, q))), delete(() -> cancel(id)))));
    return new Guard(settings)
        .around(
            concat(
                path("metrics", () -> get(() -> complete(MetricText.prometheus(mesh.metrics())))),
                pathPrefix(
                    "v1",
                    () ->
                        concat(
                            path("health", () -> get(this::health)),
                            path("peers", () -> get(this::peers)),
                            path("events", () -> new EventRoutes(mesh.events()).route()),
                            path(
                                "metrics",
                                () -> get(() -> complete(MetricText.json(mesh.metrics())))),
                            pathPrefix("tasks", () -> tasks),
                            pathPrefix(
                                "consensus",
                                () -> new ConsensusRoutes(mesh, settings, system).route()),
                            pathPrefix(
                                "memory",
                                () -> new MemoryRoutes(mesh, settings, system).route())))));
  }

  private Route health() {
    MeshApi.Health health = mesh.health();
    ObjectNode json = object().put("status", health.state().text()).put("peer", health.peer());
    health.leader().ifPresent(leader -> json.put("leader", leader));
    health.detail().ifPresent(detail -> json.put("detail", detail));
    return complete(json(200, json));
  }

  private Route peers() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (MeshApi.Peer peer : mesh.peers()) {
      json.add(write(peer));
    }
    return complete(staleAware(json(200, json)));
  }

  private static ObjectNode write(MeshApi.Peer peer) {
    ObjectNode json =
        object()
            .put("id", peer.id())
            .put("address", peer.address())
            .put("zone", peer.zone())
            .put("status", peer.status());
    peer.why().ifPresent(why -> json.put("why", why));
    peer.latency().ifPresent(latency -> json.put("latencyMs", latency.toNanos() / NANOS_PER_MILLI));
    peer.capabilities().forEach(json.putArray("capabilities")::add);
    ObjectNode load = json.putObject("load");
    peer.load().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> load.put(entry.getKey(), entry.getValue()));
    peer.reputation().ifPresent(reputation -> json.put("reputation", reputation));
    peer.neighbours().forEach(json.putArray("neighbours")::add);
    return json;
  }

  private Route post(HttpRequest request) {
    String type = request.entity().getContentType().mediaType().toString();
    if (type.equals("application/x-ndjson")) {
      return answer(() -> submitLines(request));
    }
    if (type.equals("application/json")) {
      return answer(() -> submitOne(request));
    }
    return answer(
        () -> {
          throw new Problem(
              415,
              "content-type",
              "a body of type '"
                  + type
                  + "' is not taken; send Content-Type: application/json for one task"
                  + " or application/x-ndjson for one a line");
        });
  }

  /**
   * A body that fits a batch is answered once it is read. A longer one is answered while it comes;
   * Pekko closes such a connection after the answer.
   */
  private CompletionStage<HttpResponse> submitLines(HttpRequest request) {
    RequestEntity entity = request.entity();
    Source<ByteString, ?> answers =
        entity.withoutSizeLimit().getDataBytes().via(new TaskLines(tasks(), settings).flow());
    OptionalLong length = entity.getContentLengthOption();
    if (length.isPresent() && length.getAsLong() <= settings.batchBytes()) {
      return answers
          .runFold(ByteString.emptyByteString(), ByteString::concat, system)
          .thenApply(all -> HttpResponse.create().withEntity(HttpEntities.create(NDJSON, all)));
    }
    return CompletableFuture.completedFuture(
        HttpResponse.create().withEntity(HttpEntities.create(NDJSON, answers)));
  }

  private CompletionStage<HttpResponse> submitOne(HttpRequest request) {
    Tasks tasks = tasks();
    return request
        .entity()
        .toStrict(BODY_TIMEOUT_MILLIS, settings.maxBody(), system)
        .thenApply(HttpEntity.Strict::getData)
        .thenCompose(
            body -> {
              Task task = TaskJson.parse(body.toArray());
              return tasks.enqueue(task);
            })
        .thenApply(
            submitted ->
                submitted.existing()
                    ? json(200, TaskJson.write(submitted.view()))
                    : json(202, TaskJson.brief(submitted.view())));
  }

  private Route one(String id, Map<String, String> query) {
    return answer(
        () -> {
          Task.checkId(id);
          Optional<Duration> wait = Optional.ofNullable(query.get("wait")).map(this::wait);
          Tasks tasks = tasks();
          CompletionStage<TaskView> view =
              wait.isPresent() ? tasks.await(id, wait.get()) : tasks.get(id);
          return view.thenApply(this::read);
        });
  }

  private Route list() {
    return parameterMap(query -> query.containsKey("ids") ? several(query) : list(query));
  }

  /**
   * The tasks with these ids, in their order, once all have ended or the wait is over. One that is
   * not known, or no longer, has an error in its place.
   */
  private Route several(Map<String, String> query) {
    return answer(
        () -> {
          List<String> ids = List.of(query.get("ids").split(","));
          if (ids.size() > MAX_IDS) {
            throw Problem.invalid(
                "'ids' names " + ids.size() + " tasks; ask for " + MAX_IDS + " at a time");
          }
          ids.forEach(Task::checkId);
          Optional<Duration> wait = Optional.ofNullable(query.get("wait")).map(this::wait);
          Tasks tasks = tasks();
          List<CompletableFuture<JsonNode>> answers =
              ids.stream().map(id -> brief(tasks, id, wait).toCompletableFuture()).toList();
          return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
              .thenApply(
                  done -> {
                    ArrayNode json = JsonNodeFactory.instance.arrayNode();
                    answers.forEach(answer -> json.add(answer.join()));
                    return staleAware(json(200, json));
                  });
        });
  }

  private static CompletionStage<JsonNode> brief(Tasks tasks, String id, Optional<Duration> wait) {
    CompletionStage<TaskView> view = wait.isPresent() ? tasks.await(id, wait.get()) : tasks.get(id);
    return view.handle(
        (task, failure) -> {
          if (failure == null) {
            return TaskJson.write(task).without("history");
          }
          Problem problem = Problem.of(failure);
          if (problem.status() == 404 || problem.status() == 410) {
            return TaskJson.write(problem).put("id", id);
          }
          throw problem;
        });
  }

  private Route list(Map<String, String> query) {
    return answer(
        () -> {
          Tasks.Query wanted =
              new Tasks.Query(
                  Optional.ofNullable(query.get("status")).map(TaskStatus::parse),
                  limit(query.getOrDefault("limit", DEFAULT_LIMIT)),
                  Optional.ofNullable(query.get("after")).map(Task::checkId));
          return tasks().list(wanted).thenApply(this::read);
        });
  }

  private Route cancel(String id) {
    return answer(
        () -> tasks().cancel(Task.checkId(id)).thenApply(view -> json(200, TaskJson.write(view))));
  }

  private HttpResponse read(TaskView view) {
    HttpResponse response = json(200, TaskJson.write(view));
    return view.stale() ? stale(response) : response;
  }

  private HttpResponse read(List<TaskView> views) {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    views.forEach(view -> json.add(TaskJson.write(view).without("history")));
    HttpResponse response = json(200, json);
    return views.stream().anyMatch(TaskView::stale) ? stale(response) : staleAware(response);
  }

  private HttpResponse staleAware(HttpResponse response) {
    return mesh.health().state() == MeshApi.State.READ_ONLY ? stale(response) : response;
  }

  private static HttpResponse stale(HttpResponse response) {
    return response.addHeader(RawHeader.create("Mesh-Stale", "true"));
  }

  private Tasks tasks() {
    return mesh.tasks().orElseThrow(() -> Problem.starting(mesh.health()));
  }

  private Duration wait(String text) {
    try {
      Duration wait = Duration.parse(text);
      if (!wait.isNegative()) {
        return wait.compareTo(settings.maxWait()) < 0 ? wait : settings.maxWait();
      }
    } catch (DateTimeParseException e) {
      throw badWait(text);
    }
    throw badWait(text);
  }

  private static Problem badWait(String text) {
    return Problem.invalid("'wait' must be a duration like PT30S, not \"" + text + "\"");
  }

  private static int limit(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw Problem.invalid(
          "'limit' must be a whole number in 1 to " + Tasks.MAX_LIST + ", not \"" + text + "\"");
    }
  }

  /** Completes with what {@code call} gives, now or later, or with the problem that it ends in. */
  private Route answer(Supplier<CompletionStage<HttpResponse>> call) {
    return completeWithFuture(Answers.of(call));
  }

  private static HttpResponse json(int status, JsonNode json) {
    return Answers.json(status, json);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
