package dev.mesh.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** The routes below {@code /v1/consensus}: how the groups stand, and changes of their members. */
final class ConsensusRoutes extends AllDirectives {
  private static final long BODY_TIMEOUT_MILLIS = 10_000;

  private final MeshApi mesh;
  private final HttpSettings settings;
  private final ActorSystem system;

  ConsensusRoutes(MeshApi mesh, HttpSettings settings, ActorSystem system) {
    this.mesh = mesh;
    this.settings = settings;
    this.system = system;
  }

  Route route() {
    return concat(
        pathEnd(() -> get(this::list)),
        path(
            PathMatchers.segment().slash("members"),
            group -> post(() -> extractRequest(request -> members(group, request)))),
        path(
            PathMatchers.segment().slash("transfer"),
            group -> post(() -> extractRequest(request -> transfer(group, request)))));
  }

  private Route list() {
    return completeWithFuture(
        Answers.of(() -> groups().groups().thenApply(ConsensusRoutes::write)));
  }

  private Route members(String group, HttpRequest request) {
    return completeWithFuture(
        Answers.of(
            () ->
                body(request)
                    .thenCompose(body -> change(group, body))
                    .thenApply(ConsensusRoutes::write)));
  }

  private CompletionStage<ConsensusApi.Change> change(String group, JsonNode body) {
    if (body.has("add") == body.has("remove")) {
      throw wrong("{\"add\":\"PEER\"} or {\"remove\":\"PEER\"}");
    }
    return body.has("add")
        ? groups().add(group, text(body, "add"))
        : groups().remove(group, text(body, "remove"));
  }

  private Route transfer(String group, HttpRequest request) {
    return completeWithFuture(
        Answers.of(
            () ->
                body(request)
                    .thenCompose(body -> groups().transfer(group, text(body, "to")))
                    .thenApply(ConsensusRoutes::write)));
  }

  private CompletionStage<JsonNode> body(HttpRequest request) {
    return request
        .entity()
        .toStrict(BODY_TIMEOUT_MILLIS, settings.maxBody(), system)
        .thenApply(HttpEntity.Strict::getData)
        .thenApply(body -> TaskJson.readTree(body.toArray()));
  }

  private static String text(JsonNode body, String field) {
    if (!body.path(field).isTextual()) {
      throw wrong("{\"" + field + "\":\"PEER\"}");
    }
    return body.path(field).textValue();
  }

  private static Problem wrong(String form) {
    return Problem.invalid("the body must be " + form + ", with the id of one peer");
  }

  private ConsensusApi groups() {
    return mesh.consensus().orElseThrow(() -> Problem.starting(mesh.health()));
  }

  private static HttpResponse write(List<ConsensusApi.Group> groups) {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    groups.forEach(group -> json.add(write(group)));
    return Answers.json(200, json);
  }

  private static ObjectNode write(ConsensusApi.Group group) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("group", group.id());
    group.name().ifPresent(name -> json.put("name", name));
    json.put("protocol", group.protocol());
    group.leader().ifPresent(leader -> json.put("leader", leader));
    put(json, "term", group.term());
    put(json, "commit", group.commit());
    put(json, "applied", group.applied());
    put(json, "lag", group.lag());
    ArrayNode members = json.putArray("members");
    group.members().forEach(member -> write(member, members.addObject()));
    return json;
  }

  private static void write(ConsensusApi.Member member, ObjectNode json) {
    json.put("id", member.id());
    member.role().ifPresent(role -> json.put("role", role));
    json.put("voter", member.voter()).put("reachable", member.reachable());
    put(json, "match", member.match());
    put(json, "applied", member.applied());
    put(json, "lag", member.lag());
  }

  private static void put(ObjectNode json, String field, OptionalLong value) {
    value.ifPresent(known -> json.put(field, known));
  }

  private static HttpResponse write(ConsensusApi.Change change) {
    return Answers.json(
        200,
        JsonNodeFactory.instance
            .objectNode()
            .put("group", change.group())
            .put("peer", change.peer())
            .put("outcome", change.outcome())
            .put("message", change.message()));
  }
}
