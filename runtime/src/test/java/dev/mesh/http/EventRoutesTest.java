package dev.mesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mesh.events.MeshEvent;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventRoutesTest {
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private FakePeer peer;

  @BeforeEach
  void start() {
    peer = FakePeer.start();
  }

  @AfterEach
  void stop() {
    peer.close();
  }

  @Test
  void whatIsKeptIsToldInItsOrder() throws Exception {
    happens(new MeshEvent.PeerSuspected(A, B, Optional.of(Duration.ofMillis(2500))));
    happens(new MeshEvent.PeerFailed(A, B, Set.of(B, SELF)));
    String text = get("/v1/events?follow=false").body();
    List<String> names = text.lines().filter(line -> line.startsWith("event: ")).toList();
    assertEquals(List.of("event: peer-suspected", "event: peer-failed"), names);
    JsonNode failed = data(text).get(1);
    assertEquals("a", failed.path("peer").asText());
    assertEquals("[\"b\",\"self\"]", failed.path("confirmedBy").toString());
    assertEquals("PT2.5S", data(text).get(0).path("silent").asText());
    assertEquals("b suspects a, silent here for 2500 ms", data(text).get(0).path("text").asText());
  }

  @Test
  void whoComesBackIsToldWhatFollowsAndWhatIsForgotten() throws Exception {
    happens(new MeshEvent.PeerAlive(A));
    long first = peer.events().latestId();
    happens(new MeshEvent.ModeChanged("read-only", "why"));
    String more = get("/v1/events?follow=false&after=" + first).body();
    assertEquals(1, data(more).size());
    assertEquals("read-only", data(more).get(0).path("mode").asText());
    for (int i = 0; i < 4; i++) { // one more than are kept
      happens(new MeshEvent.LeaderChanged(GroupId.META, i, B));
    }
    List<JsonNode> rest = data(get("/v1/events?follow=false&after=" + first).body());
    assertEquals(2, rest.get(0).path("missed").asInt());
    assertEquals(4, rest.size());
  }

  @Test
  void whatHappensLaterIsToldAsItHappens() throws Exception {
    HttpResponse<InputStream> response =
        http.send(request("/v1/events"), HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      happens(new MeshEvent.PeerRegistered(A));
      assertEquals("event: peer-registered", next(lines));
      happens(new MeshEvent.PeerLeft(A));
      assertEquals("event: peer-left", next(lines));
    }
  }

  private static String next(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    while (!line.startsWith("event: ")) {
      line = lines.readLine();
    }
    return line;
  }

  @Test
  void badQueriesAreRefusedWithTheRemedy() throws Exception {
    assertEquals(400, get("/v1/events?after=soon").statusCode());
    assertEquals(400, get("/v1/events?follow=perhaps").statusCode());
  }

  @Test
  void metricsAreGivenAsJsonAndForPrometheus() throws Exception {
    assertEquals("{\"network\":{\"latencyMs\":2.0}}", get("/v1/metrics").body());
    String text = get("/metrics").body();
    assertEquals(
        """
        # HELP mesh_latency_seconds How long an answer takes.
        # TYPE mesh_latency_seconds gauge
        mesh_latency_seconds 0.002
        """,
        text);
  }

  @Test
  void everyEventHasAFormInJson() {
    List<MeshEvent.What> all =
        List.of(
            new MeshEvent.PeerAlive(A),
            new MeshEvent.PeerSuspected(A, B, Optional.empty()),
            new MeshEvent.PeerFailed(A, B, Set.of()),
            new MeshEvent.SuspicionRefuted(A),
            new MeshEvent.Condemned(A),
            new MeshEvent.PeerRegistered(A),
            new MeshEvent.PeerLeft(A),
            new MeshEvent.PeersRemoved(Set.of(A)),
            new MeshEvent.PeerRefused("why"),
            new MeshEvent.ModeChanged("ok", ""),
            new MeshEvent.LeaderChanged(GroupId.META, 1, A),
            new MeshEvent.SystemReplaced("why"));
    assertEquals(MeshEvent.What.class.getPermittedSubclasses().length, all.size());
    for (MeshEvent.What what : all) {
      JsonNode json = EventJson.write(new MeshEvent(1, Instant.EPOCH, SELF, what));
      assertTrue(json.size() > 5, json.toString());
    }
  }

  private void happens(MeshEvent.What what) {
    peer.events().record(SELF, what);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(peer.url() + path)).build();
  }

  private static List<JsonNode> data(String events) {
    return events
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> parse(line.substring("data: ".length())))
        .toList();
  }

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }
}
