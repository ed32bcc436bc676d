package dev.mesh.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mesh.memory.MemoryException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryRoutesTest {
  private static final String[] PLAIN = {};

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

  private HttpResponse<byte[]> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  private HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(peer.url() + path))
            .method(method, BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static JsonNode json(HttpResponse<byte[]> response) throws IOException {
    return TaskJson.MAPPER.readTree(response.body());
  }

  @Test
  void aValueIsPutReadAndDeletedByteForByte() throws Exception {
    byte[] value = {0, (byte) 0xff, '\n', 1};
    HttpResponse<byte[]> put = send("PUT", "/v1/memory/ns/k", value);
    assertEquals(200, put.statusCode());
    assertEquals(1, json(put).path("version").asLong());
    HttpResponse<byte[]> got = send("GET", "/v1/memory/ns/k", "");
    assertArrayEquals(value, got.body());
    assertEquals("\"1\"", got.headers().firstValue("ETag").orElseThrow());
    assertFalse(got.headers().firstValue("Mesh-Stale").isPresent());
    assertEquals(200, send("DELETE", "/v1/memory/ns/k", "").statusCode());
    assertEquals(404, send("GET", "/v1/memory/ns/k", "").statusCode());
    assertEquals(404, send("DELETE", "/v1/memory/ns/k", "").statusCode());
    assertEquals(404, send("GET", "/v1/memory/other/k", "").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a/b", "a//b", "/", "a/../b", "../../tasks", "100%", "a b+c", "ü/😀?x=1#y"})
  void aKeyIsAnyText(String key) throws Exception {
    String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
    assertEquals(200, send("PUT", "/v1/memory/n%2Fs/" + encoded, "v").statusCode());
    assertEquals(
        "v",
        new String(send("GET", "/v1/memory/n%2Fs/" + encoded, "").body(), StandardCharsets.UTF_8));
    assertEquals(1, peer.shared("n/s").get(key).toCompletableFuture().join().get().version());
  }

  @Test
  void slashesNeedNoEncoding() throws Exception {
    send("PUT", "/v1/memory/ns/a/b/c", "v");
    assertTrue(peer.shared("ns").get("a/b/c").toCompletableFuture().join().isPresent());
  }

  @Test
  void aWriteGoesByTheVersionThatIsThere() throws Exception {
    String path = "/v1/memory/ns/k";
    assertEquals(200, send("PUT", path, "a", "If-None-Match", "*").statusCode());
    HttpResponse<byte[]> taken = send("PUT", path, "b", "If-None-Match", "*");
    assertEquals(412, taken.statusCode());
    assertEquals("mismatch", json(taken).path("error").asText());
    assertEquals("\"1\"", taken.headers().firstValue("ETag").orElseThrow());
    assertEquals(200, send("PUT", path, "b", "If-Match", "\"1\"").statusCode());
    assertEquals(412, send("PUT", path, "c", "If-Match", "\"1\"").statusCode());
    assertEquals(412, send("DELETE", path, "", "If-Match", "\"1\"").statusCode());
    assertEquals(200, send("DELETE", path, "", "If-Match", "\"2\"").statusCode());
    HttpResponse<byte[]> gone = send("DELETE", path, "", "If-Match", "\"2\"");
    assertEquals(412, gone.statusCode());
    assertFalse(gone.headers().firstValue("ETag").isPresent());
  }

  @Test
  void aTimeToLiveIsShown() throws Exception {
    send("PUT", "/v1/memory/ns/k?ttl=PT1H", "v");
    assertEquals(
        "1970-01-01T01:00:00Z",
        send("GET", "/v1/memory/ns/k", "").headers().firstValue("Mesh-Expires").orElseThrow());
    JsonNode listed = json(send("GET", "/v1/memory/ns", "")).path("entries").get(0);
    assertEquals("1970-01-01T01:00:00Z", listed.path("expires").asText());
  }

  @Test
  void aStaleReadSaysSo() throws Exception {
    send("PUT", "/v1/memory/ns/k", "v");
    for (String path : List.of("/v1/memory/ns/k", "/v1/memory/ns")) {
      HttpResponse<byte[]> stale = send("GET", path + "?consistency=stale", "");
      assertEquals("true", stale.headers().firstValue("Mesh-Stale").orElseThrow());
    }
  }

  @Test
  void entriesAreListedPageByPage() throws Exception {
    for (String key : List.of("a/1", "a/2", "a/3", "b")) {
      send("PUT", "/v1/memory/ns/" + key, key);
    }
    send("PUT", "/v1/memory/ns/a/4", new byte[] {(byte) 0xff});
    JsonNode first = json(send("GET", "/v1/memory/ns?prefix=a%2F&limit=2", ""));
    assertEquals("a/1", first.path("entries").get(0).path("value").asText());
    assertEquals("a/2", first.path("after").asText());
    JsonNode rest = json(send("GET", "/v1/memory/ns?prefix=a%2F&after=a%2F2", ""));
    assertEquals(2, rest.path("entries").size());
    assertEquals("/w==", rest.path("entries").get(1).path("valueBase64").asText());
    assertFalse(rest.has("after"));
  }

  @Test
  void aWatchIsAStreamOfEvents() throws Exception {
    send("PUT", "/v1/memory/ns/a", "1");
    send("PUT", "/v1/memory/ns/b", "2");
    assertEquals(
        List.of(
            "event: put",
            "data: {\"key\":\"a\",\"version\":1,\"value\":\"1\"}",
            "",
            "event: put",
            "data: {\"key\":\"b\",\"version\":2,\"value\":\"2\"}",
            "",
            "event: ready",
            "id: 2",
            "data: {\"revision\":2}"),
        lines(9));
    assertEquals(
        List.of(
            "event: put",
            "id: 2",
            "data: {\"key\":\"b\",\"version\":2,\"value\":\"2\",\"revision\":2}"),
        lines(3, "Last-Event-ID", "1"));
  }

  private List<String> lines(int count, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(peer.url() + "/v1/memory/ns?watch=true"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    var response = http.send(request.build(), BodyHandlers.ofInputStream());
    assertEquals("text/event-stream", response.headers().firstValue("Content-Type").orElseThrow());
    List<String> lines = new ArrayList<>();
    try (var reader =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      while (lines.size() < count) {
        lines.add(reader.readLine());
      }
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT | /ns/k?ttl=soon      |               |      | 'ttl'",
        "PUT | /ns/k?ttl=PT0S      |               |      | time to live",
        "PUT | /ns/k               | If-Match      | abc  | ETag",
        "PUT | /ns/k               | If-None-Match | \"1\"| If-None-Match is *",
        "PUT | /ns                 |               |      | name a key",
        "GET | /ns/k?consistency=x |               |      | 'x'",
        "GET | /ns?limit=0         |               |      | limit 0",
        "GET | /ns?limit=many      |               |      | 'many'",
        "GET | /ns/%ff             |               |      | percent-encoded UTF-8",
        "GET | /ns?watch=true&since=x |            |      | 'since'",
      })
  void whatIsWrongIsNamed(String method, String path, String header, String value, String named)
      throws Exception {
    String[] headers = header == null ? PLAIN : new String[] {header, value};
    HttpResponse<byte[]> refusal = send(method, "/v1/memory" + path, "v", headers);
    assertEquals(400, refusal.statusCode());
    assertTrue(
        json(refusal).path("message").asText().contains(named),
        new String(refusal.body(), StandardCharsets.UTF_8));
  }

  @Test
  void refusalsHaveTheirStatus() throws Exception {
    assertEquals(413, send("PUT", "/v1/memory/ns/k", "x".repeat(5000)).statusCode());
    assertEquals(405, send("POST", "/v1/memory/ns/k", "x").statusCode());
    peer.shared("ns").refuse(new MemoryException(MemoryException.Code.UNAVAILABLE, "gone", false));
    HttpResponse<byte[]> unknown = send("PUT", "/v1/memory/ns/k", "x");
    assertEquals(503, unknown.statusCode());
    assertFalse(json(unknown).path("outcomeKnown").asBoolean(true));
    assertTrue(unknown.headers().firstValue("Retry-After").isPresent());
    peer.shared("ns").refuse(new MemoryException(MemoryException.Code.TOO_MUCH, "full"));
    assertEquals(429, send("GET", "/v1/memory/ns/k", "").statusCode());
    peer.become(MeshApi.State.STARTING);
    assertEquals("starting", json(send("GET", "/v1/memory/ns/k", "")).path("error").asText());
  }
}
