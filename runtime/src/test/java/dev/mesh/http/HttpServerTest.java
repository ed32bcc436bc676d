package dev.mesh.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.mesh.task.TasksException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HttpServerTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

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
  void healthSaysHowThePeerIs() throws Exception {
    JsonNode ok = json(send("GET", "/v1/health", ""));
    assertEquals("ok", ok.path("status").asText());
    assertEquals("fake", ok.path("peer").asText());
    assertEquals("fake", ok.path("leader").asText());
    peer.become(MeshApi.State.READ_ONLY);
    assertEquals("read-only", json(send("GET", "/v1/health", "")).path("status").asText());
  }

  @Test
  void peersAreListedWithWhatIsKnown() throws Exception {
    JsonNode peers = json(send("GET", "/v1/peers", ""));
    assertEquals(2, peers.size());
    assertEquals("127.0.0.1:7600", peers.get(0).path("address").asText());
    assertEquals(0.5, peers.get(0).path("load").path("cpu").asDouble());
    assertEquals("fake says so; silent here for 4 s", peers.get(1).path("why").asText());
    assertFalse(peers.get(0).has("why"));
    assertEquals(2.0, peers.get(0).path("latencyMs").asDouble());
    assertFalse(peers.get(0).has("reputation"), "what is unknown is absent");
  }

  @Test
  void aTaskIsAcceptedOnceAndReadWithItsResult() throws Exception {
    String task = "{\"id\":\"a\",\"kind\":\"echo\",\"payload\":\"grüße\"}";
    HttpResponse<String> first = send("POST", "/v1/tasks", task);
    assertEquals(202, first.statusCode());
    assertEquals("{\"id\":\"a\",\"status\":\"completed\"}", first.body());
    HttpResponse<String> again = send("POST", "/v1/tasks", task);
    assertEquals(200, again.statusCode());
    assertEquals("grüße", json(again).path("result").asText());
    JsonNode read = json(send("GET", "/v1/tasks/a", ""));
    assertEquals("grüße", read.path("result").asText());
    assertEquals("1970-01-01T00:00:00Z", read.path("history").get(0).path("time").asText());
    assertEquals(409, send("POST", "/v1/tasks", "{\"id\":\"a\",\"kind\":\"fail\"}").statusCode());
  }

  @Test
  void aPayloadIsTextOrAnyJson() throws Exception {
    send("POST", "/v1/tasks", "{\"id\":\"j\",\"kind\":\"echo\",\"payload\":{ \"x\" : [1, 2] }}");
    assertEquals("{\"x\":[1,2]}", json(send("GET", "/v1/tasks/j", "")).path("result").asText());
  }

  @Test
  void bytesThatAreNoTextTravelAsBase64() throws Exception {
    byte[] bytes = {(byte) 0xff, 0, 1};
    String base64 = Base64.getEncoder().encodeToString(bytes);
    send(
        "POST",
        "/v1/tasks",
        "{\"id\":\"b\",\"kind\":\"echo\",\"payloadBase64\":\"" + base64 + "\"}");
    JsonNode read = json(send("GET", "/v1/tasks/b", ""));
    assertFalse(read.has("result"));
    assertArrayEquals(bytes, Base64.getDecoder().decode(read.path("resultBase64").asText()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"kind\":                                  | not JSON",
        "[]                                          | JSON object",
        "{}                                          | 'kind' is missing",
        "{\"kind\":7}                                | 'kind' must be a string, not 7",
        "{\"kind\":\"nonsense\"}                     | 'nonsense'",
        "{\"kind\":\"a b\"}                          | 'a b'",
        "{\"kind\":\"echo\",\"id\":\"a/b\"}          | 'a/b'",
        "{\"kind\":\"echo\",\"retries\":1.5}         | 'retries' must be a whole number, not 1.5",
        "{\"kind\":\"echo\",\"retries\":1000}        | retries 1000",
        "{\"kind\":\"echo\",\"priority\":\"high\"}   | 'priority' must be a whole number",
        "{\"kind\":\"echo\",\"capabilities\":\"gpu\"}| 'capabilities' must be an array",
        "{\"kind\":\"echo\",\"capabilities\":[1]}    | 'capabilities' must be an array",
        "{\"kind\":\"echo\",\"placement\":\"moon\"}  | moon",
        "{\"kind\":\"echo\",\"deadline\":\"soon\"}   | soon",
        "{\"kind\":\"echo\",\"payloadBase64\":\"?\"} | not base64",
        "{\"kind\":\"echo\",\"after\":[\"x\"]}       | 'after'",
        "{\"kind\":\"echo\",\"payload\":1,\"payloadBase64\":\"\"} | exclude each other",
        "{\"kind\":\"echo\",\"kind\":\"echo\"}       | not JSON",
        "{\"kind\":\"echo\"} {}                      | not JSON",
      })
  void wrongTasksAreRefusedByName(String task, String message) throws Exception {
    HttpResponse<String> response = send("POST", "/v1/tasks", task);
    assertEquals(400, response.statusCode(), response.body());
    assertEquals("invalid", json(response).path("error").asText());
    assertTrue(json(response).path("message").asText().contains(message), response.body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /v1/tasks/none,            404, not-found",
    "GET,    /v1/nothing,               404, not-found",
    "GET,    /v1/memory/a/b,            404, not-found",
    "DELETE, /v1/tasks/none,            404, not-found",
    "PUT,    /v1/tasks,                 405, method-not-allowed",
    "GET,    /v1/tasks/a?wait=soon,     400, invalid",
    "GET,    /v1/tasks/a?wait=PT-1S,    400, invalid",
    "GET,    /v1/tasks/a%20b,           400, invalid",
    "GET,    /v1/tasks?limit=0,         400, invalid",
    "GET,    /v1/tasks?limit=many,      400, invalid",
    "GET,    /v1/tasks?status=lost,     400, invalid",
  })
  void whatIsNotThereOrWrongSaysSo(String method, String path, int status, String code)
      throws Exception {
    HttpResponse<String> response = send(method, path, "");
    assertEquals(status, response.statusCode(), response.body());
    assertEquals(code, json(response).path("error").asText());
    assertFalse(json(response).path("message").asText().isEmpty());
  }

  @ParameterizedTest
  @EnumSource(TasksException.Code.class)
  void everyRefusalOfTheMeshHasItsStatus(TasksException.Code code) throws Exception {
    peer.memory().failWith(new TasksException(code, "because", false));
    HttpResponse<String> response = send("GET", "/v1/tasks/a", "");
    assertEquals(code.httpStatus(), response.statusCode());
    assertEquals("because", json(response).path("message").asText());
    boolean again = code.httpStatus() == 503 || code.httpStatus() == 429;
    assertEquals(again, response.headers().firstValue("Retry-After").isPresent());
    assertEquals(code.httpStatus() == 503, json(response).has("outcomeKnown"));
  }

  @Test
  void aPeerThatStartsAsksToComeBack() throws Exception {
    peer.become(MeshApi.State.STARTING);
    assertEquals(200, send("GET", "/v1/health", "").statusCode());
    HttpResponse<String> response = send("POST", "/v1/tasks", "{\"kind\":\"echo\"}");
    assertEquals(503, response.statusCode());
    assertEquals("starting", json(response).path("error").asText());
    assertTrue(response.headers().firstValue("Retry-After").isPresent());
  }

  @Test
  void staleReadsAreMarked() throws Exception {
    send("POST", "/v1/tasks", "{\"id\":\"a\",\"kind\":\"echo\"}");
    peer.memory().answerStale();
    HttpResponse<String> one = send("GET", "/v1/tasks/a", "");
    assertEquals(Optional.of("true"), one.headers().firstValue("Mesh-Stale"));
    assertTrue(json(one).path("stale").asBoolean());
    peer.become(MeshApi.State.READ_ONLY);
    HttpResponse<String> peers = send("GET", "/v1/peers", "");
    assertEquals(Optional.of("true"), peers.headers().firstValue("Mesh-Stale"));
  }

  @Test
  void aWaitIsCutToItsBound() throws Exception {
    send("POST", "/v1/tasks", "{\"id\":\"a\",\"kind\":\"echo\"}");
    assertEquals(200, send("GET", "/v1/tasks/a?wait=PT1H", "").statusCode());
    assertEquals(Duration.ofSeconds(5), peer.memory().waited());
  }

  @Test
  void listsAreFilteredAndContinued() throws Exception {
    for (String id : List.of("a", "b", "c")) {
      send("POST", "/v1/tasks", "{\"id\":\"" + id + "\",\"kind\":\"echo\"}");
    }
    send("POST", "/v1/tasks", "{\"id\":\"d\",\"kind\":\"later\"}");
    assertEquals(3, json(send("GET", "/v1/tasks?status=completed", "")).size());
    JsonNode page = json(send("GET", "/v1/tasks?limit=2&after=a", ""));
    assertEquals("b", page.get(0).path("id").asText());
    assertEquals(2, page.size());
    assertFalse(page.get(0).has("history"));
  }

  @Test
  void severalTasksAreReadAtOnce() throws Exception {
    send("POST", "/v1/tasks", "{\"id\":\"a\",\"kind\":\"echo\",\"payload\":\"hi\"}");
    send("POST", "/v1/tasks", "{\"id\":\"d\",\"kind\":\"later\"}");
    JsonNode tasks = json(send("GET", "/v1/tasks?ids=d,none,a&wait=PT0.1S", ""));
    assertEquals(3, tasks.size());
    assertEquals("d", tasks.get(0).path("id").asText());
    assertEquals("queued", tasks.get(0).path("status").asText());
    assertEquals("none", tasks.get(1).path("id").asText());
    assertEquals("not-found", tasks.get(1).path("error").asText());
    assertFalse(tasks.get(1).has("status"));
    assertEquals("hi", tasks.get(2).path("result").asText());
    assertEquals(400, send("GET", "/v1/tasks?ids=a,,b", "").statusCode());
    assertEquals(400, send("GET", "/v1/tasks?ids=" + "a,".repeat(101), "").statusCode());
    peer.memory().failWith(new TasksException(TasksException.Code.UNAVAILABLE, "no majority"));
    assertEquals(503, send("GET", "/v1/tasks?ids=a,d", "").statusCode());
  }

  @Test
  void aTaskIsCancelled() throws Exception {
    send("POST", "/v1/tasks", "{\"id\":\"d\",\"kind\":\"later\"}");
    HttpResponse<String> response = send("DELETE", "/v1/tasks/d", "");
    assertEquals(200, response.statusCode());
    assertEquals("cancelled", json(response).path("status").asText());
  }

  @Test
  void aBodyOverTheBoundIsRefused() throws Exception {
    String task = "{\"kind\":\"echo\",\"payload\":\"" + "x".repeat(5000) + "\"}";
    HttpResponse<String> response = send("POST", "/v1/tasks", task);
    assertEquals(413, response.statusCode());
    assertEquals("too-large", json(response).path("error").asText());
  }

  @Test
  void anotherContentTypeIsRefused() throws Exception {
    HttpResponse<String> response =
        http.send(
            request("/v1/tasks")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))
                .build(),
            BodyHandlers.ofString());
    assertEquals(415, response.statusCode());
  }

  @Test
  void linesAreAnsweredInOrderAndBadOnesDoNotStopTheOthers() throws Exception {
    String lines =
        "{\"id\":\"l1\",\"kind\":\"echo\"}\n\n"
            + "{\"id\":\"l2\",\"kind\":\n"
            + "{\"id\":\"l3\",\"kind\":\"nonsense\"}\r\n"
            + "{\"kind\":\"echo\",\"payload\":\""
            + "x".repeat(5000)
            + "\"}\n"
            + "{\"id\":\"l1\",\"kind\":\"echo\"}\n"
            + "{\"id\":\"l6\",\"kind\":\"echo\"}";
    HttpResponse<String> response = sendLines(lines);
    assertEquals(200, response.statusCode());
    assertEquals(
        Optional.of("application/x-ndjson"), response.headers().firstValue("Content-Type"));
    List<JsonNode> answers = response.body().lines().map(HttpServerTest::parse).toList();
    assertEquals(6, answers.size());
    assertEquals("l1", answers.get(0).path("id").asText());
    assertEquals("invalid", answers.get(1).path("error").asText());
    assertEquals(3, answers.get(1).path("line").asInt());
    assertEquals("l3", answers.get(2).path("id").asText());
    assertTrue(answers.get(2).path("message").asText().contains("nonsense"));
    assertEquals("too-large", answers.get(3).path("error").asText());
    assertEquals("completed", answers.get(4).path("status").asText());
    assertEquals("l6", answers.get(5).path("id").asText());
  }

  @Test
  void manyMoreLinesThanABatchAreAllAnswered() throws Exception {
    StringBuilder lines = new StringBuilder();
    int count = 2000;
    for (int i = 0; i < count; i++) {
      lines.append("{\"id\":\"n").append(i).append("\",\"kind\":\"echo\"}\n");
    }
    List<String> answers = sendLines(lines.toString()).body().lines().toList();
    assertEquals(count, answers.size());
    assertEquals("n1999", parse(answers.get(count - 1)).path("id").asText());
  }

  @Test
  void aTokenIsWantedWhereOneIsSet() throws Exception {
    peer.close();
    peer = FakePeer.startWithToken();
    HttpResponse<String> without = send("GET", "/v1/health", "");
    assertEquals(401, without.statusCode());
    assertEquals(Optional.of("Bearer"), without.headers().firstValue("WWW-Authenticate"));
    assertEquals(401, withToken("wrong").statusCode());
    assertEquals(200, withToken(FakePeer.TOKEN).statusCode());
  }

  @Test
  void aTakenPortIsNamed() {
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () ->
                HttpServer.start(peer, FakePeer.settings(peer.port(), Optional.empty()))
                    .toCompletableFuture()
                    .join());
    assertTrue(failure.getCause() instanceof IOException);
    assertTrue(failure.getCause().getMessage().contains("127.0.0.1:" + peer.port()));
  }

  @Test
  void anOpenAddressNeedsAToken() {
    ConfigException failure =
        assertThrows(
            ConfigException.class,
            () ->
                new HttpSettings(
                    "0.0.0.0", 0, Optional.empty(), 4096, Duration.ofSeconds(5), 3, 4096));
    assertTrue(failure.getMessage().contains("mesh.http.token"));
  }

  @Test
  void theDefaultsAreValid() {
    HttpSettings settings =
        HttpSettings.of(
            ConfigFactory.parseString("mesh.http.port = 0")
                .withFallback(ConfigFactory.parseResources("mesh-http.conf")));
    assertTrue(settings.loopback());
    assertEquals(Optional.empty(), settings.token());
    assertEquals(1 << 20, settings.maxBody());
  }

  private HttpResponse<String> withToken(String token) throws Exception {
    return http.send(
        request("/v1/health").header("Authorization", "Bearer " + token).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> sendLines(String lines) throws Exception {
    return http.send(
        request("/v1/tasks")
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofString(lines))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(peer.url() + path)).timeout(Duration.ofSeconds(20));
  }

  private static JsonNode json(HttpResponse<String> response) {
    return parse(response.body());
  }

  private static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
