package dev.mesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsensusRoutesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
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
  void groupsAreListedWithWhatIsKnown() throws Exception {
    HttpResponse<String> response = send("GET", "", "");
    assertEquals(200, response.statusCode());
    JsonNode group = MAPPER.readTree(response.body()).path(0);
    assertEquals("3", group.path("group").textValue());
    assertEquals("raft", group.path("protocol").asText());
    assertEquals("a", group.path("leader").asText());
    assertEquals(12, group.path("commit").asLong());
    JsonNode silent = group.path("members").path(1);
    assertEquals("follower", silent.path("role").asText());
    assertFalse(silent.path("reachable").asBoolean());
    assertEquals(7, silent.path("match").asLong());
    assertTrue(silent.path("applied").isMissingNode());
    JsonNode unknown = MAPPER.readTree(response.body()).path(1);
    assertEquals("words", unknown.path("name").asText());
    assertTrue(unknown.path("leader").isMissingNode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "members  | {\"add\":\"d\"}                  | voter",
        "members  | {\"remove\":\"c\"}               | removed",
        "transfer | {\"to\":\"b\"}                   | leader",
      })
  void changesSayWhatBecameOfThem(String what, String body, String outcome) throws Exception {
    HttpResponse<String> response = send("POST", "/words/" + what, body);
    assertEquals(200, response.statusCode(), response.body());
    JsonNode json = MAPPER.readTree(response.body());
    assertEquals("words", json.path("group").asText());
    assertEquals(outcome, json.path("outcome").asText());
    assertTrue(json.path("message").asText().contains(outcome));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "members  | {}                               | 400",
        "members  | {\"add\":\"a\",\"remove\":\"b\"} | 400",
        "members  | {\"add\":7}                      | 400",
        "members  | [                                | 400",
        "transfer | {\"add\":\"a\"}                  | 400",
        "members  | {\"remove\":\"z\"}               | 409",
        "pin      | {}                               | 404",
      })
  void whatIsWrongIsSaid(String what, String body, int status) throws Exception {
    HttpResponse<String> response = send("POST", "/3/" + what, body);
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(MAPPER.readTree(response.body()).has("message"), response.body());
  }

  @Test
  void aPeerThatStartsAsksToComeBack() throws Exception {
    peer.become(MeshApi.State.STARTING);
    assertEquals(503, send("GET", "", "").statusCode());
    assertEquals(503, send("POST", "/3/transfer", "{\"to\":\"a\"}").statusCode());
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(peer.url() + "/v1/consensus" + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
