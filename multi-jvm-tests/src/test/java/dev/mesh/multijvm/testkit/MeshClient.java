package dev.mesh.multijvm.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.protocols.GroupId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Speaks to one peer over HTTP, as a user's script would. Thread-safe. */
public final class MeshClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int PAGE = 500;
  private static final String DATA = "data: ";

  // One for all: each client has threads of its own.
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  private final PeerAddress peer;

  MeshClient(PeerAddress peer) {
    this.peer = peer;
  }

  /**
   * What a peer answered.
   *
   * @param stale whether the peer says that it could not reach a majority
   */
  public record Reply(int status, boolean stale, JsonNode body) {}

  /** A task as JSON, for {@link #submit}. */
  public static ObjectNode task(String id, String kind, String payload) {
    return JSON.createObjectNode().put("id", id).put("kind", kind).put("payload", payload);
  }

  /** The health that the peer reports; empty if it does not answer. */
  public Optional<String> health() {
    try {
      return Optional.of(get("/v1/health").body().path("status").asText());
    } catch (UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** The id of the peer. */
  public String id() {
    return get("/v1/health").body().path("peer").asText();
  }

  /** The id of the peer that leads a group, as this peer finds out; empty if it cannot. */
  public Optional<String> leader(GroupId group) {
    try {
      for (JsonNode found : get("/v1/consensus").body()) {
        if (found.path("group").asText().equals(Long.toString(group.value()))
            && found.has("leader")) {
          return Optional.of(found.path("leader").asText());
        }
      }
      return Optional.empty();
    } catch (UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** The ids of all peers that this one knows of, with their status. */
  public Map<String, String> peers() {
    Map<String, String> peers = new TreeMap<>();
    shownPeers().forEach((id, peer) -> peers.put(id, peer.path("status").asText()));
    return peers;
  }

  /** All that this peer shows of those that it knows of, by id. */
  public Map<String, JsonNode> shownPeers() {
    Map<String, JsonNode> peers = new TreeMap<>();
    get("/v1/peers").body().forEach(peer -> peers.put(peer.path("id").asText(), peer));
    return peers;
  }

  /** What the peer has noticed lately, in its order. */
  public List<JsonNode> events() {
    return send(peer.request("/v1/events?follow=false").GET())
        .body()
        .lines()
        .filter(line -> line.startsWith(DATA))
        .map(line -> read(line.substring(DATA.length())))
        .toList();
  }

  /** The ids of the peers that vote in each group, by the group's number. */
  public Map<Integer, Set<String>> voters() {
    Map<Integer, Set<String>> voters = new TreeMap<>();
    for (JsonNode group : get("/v1/consensus").body()) {
      Set<String> ids = new TreeSet<>();
      for (JsonNode member : group.path("members")) {
        if (member.path("voter").asBoolean()) {
          ids.add(member.path("id").asText());
        }
      }
      voters.put(group.path("group").asInt(), ids);
    }
    return voters;
  }

  /**
   * Submits tasks in one request, a task a line.
   *
   * @return the peer's answers, one for each task, in the same order
   * @throws UncheckedIOException if the connection breaks before the last answer
   */
  public List<JsonNode> submit(List<ObjectNode> tasks) {
    String lines = tasks.stream().map(JsonNode::toString).collect(Collectors.joining("\n"));
    HttpResponse<String> response =
        send(
            peer.request("/v1/tasks")
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(lines + "\n")));
    return response.body().lines().map(MeshClient::read).toList();
  }

  /** Submits one task. */
  public Reply submit(ObjectNode task) {
    return reply(
        send(
            peer.request("/v1/tasks")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(task.toString()))));
  }

  /** One task with its history. */
  public Reply task(String id) {
    return get("/v1/tasks/" + id);
  }

  /** Every task that the mesh keeps, by id, without its history. */
  public Map<String, JsonNode> tasks() {
    Map<String, JsonNode> all = new TreeMap<>();
    JsonNode page;
    String after = "";
    do {
      page = get("/v1/tasks?limit=" + PAGE + after).body();
      for (JsonNode task : page) {
        all.put(task.path("id").asText(), task);
        after = "&after=" + task.path("id").asText();
      }
    } while (page.size() == PAGE);
    return all;
  }

  /** The ids of the tasks that a peer runs. */
  public Set<String> runningAt(String peer) {
    return tasks().values().stream()
        .filter(task -> task.path("status").asText().equals("running"))
        .filter(task -> task.path("peer").asText().equals(peer))
        .map(task -> task.path("id").asText())
        .collect(Collectors.toSet());
  }

  /** The ids of the tasks in one of these states. */
  public Set<String> idsOf(String... statuses) {
    Set<String> wanted = Set.of(statuses);
    return tasks().values().stream()
        .filter(task -> wanted.contains(task.path("status").asText()))
        .map(task -> task.path("id").asText())
        .collect(Collectors.toSet());
  }

  private Reply get(String path) {
    return reply(send(peer.request(path).GET()));
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("Mesh-Stale").isPresent(),
        read(response.body()));
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("not JSON: " + json, e);
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
