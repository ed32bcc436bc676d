package dev.mesh.multijvm.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mesh.multijvm.history.Answer;
import dev.mesh.multijvm.history.Call;
import dev.mesh.multijvm.testkit.PeerAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Calls on one namespace of the shared memory, over HTTP. Every call ends in an {@link Answer} that
 * claims no more than is certain: what may have reached the peer and was not answered is unknown.
 * Thread-safe.
 */
public final class MemoryHttp implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String path;
  private final Duration timeout;
  // The client's own executor makes a thread for each step where there are two processors.
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final HttpClient http;

  /**
   * @param namespace of the keys
   * @param timeout for a connection, and for an answer
   */
  public MemoryHttp(String namespace, Duration timeout) {
    this.path = "/v1/memory/" + namespace + "/";
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .executor(threads)
            .build();
  }

  /**
   * Calls a peer and waits for the answer.
   *
   * @throws AssertionError if the answer is none that the interface of the memory knows
   */
  public Answer send(PeerAddress peer, Call call) {
    HttpRequest request = request(peer, call).timeout(timeout).build();
    try {
      return answer(call, http.send(request, BodyHandlers.ofString()));
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Answer.Failed("no connection");
    } catch (IOException e) {
      return new Answer.Unknown(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unknown("interrupted");
    }
  }

  private HttpRequest.Builder request(PeerAddress peer, Call call) {
    HttpRequest.Builder request = peer.request(path + call.key());
    if (call instanceof Call.Get) {
      return request.GET();
    }
    if (call instanceof Call.Put put) {
      return request.PUT(BodyPublishers.ofString(put.value()));
    }
    if (call instanceof Call.CompareAndSet cas) {
      HttpRequest.Builder conditional =
          cas.expected() == Call.ABSENT
              ? request.header("If-None-Match", "*")
              : request.header("If-Match", "\"" + cas.expected() + "\"");
      return conditional.PUT(BodyPublishers.ofString(cas.value()));
    }
    return request.DELETE();
  }

  private static Answer answer(Call call, HttpResponse<String> response) {
    int status = response.statusCode();
    if (status == 200 || status == 204) {
      return success(call, response);
    }
    if (status == 404 && (call instanceof Call.Get || call instanceof Call.Delete)) {
      return new Answer.Absent();
    }
    if (status == 412 && call instanceof Call.CompareAndSet) {
      return new Answer.Mismatch();
    }
    if (status == 429) {
      return new Answer.Failed(status + " " + response.body());
    }
    if (status >= 500) {
      return json(response).path("outcomeKnown").asBoolean(false)
          ? new Answer.Failed(status + " " + response.body())
          : new Answer.Unknown(status + " " + response.body());
    }
    throw unexpected(call, response);
  }

  private static Answer success(Call call, HttpResponse<String> response) {
    if (call instanceof Call.Get) {
      String tag =
          response.headers().firstValue("ETag").orElseThrow(() -> unexpected(call, response));
      return new Answer.Found(response.body(), Long.parseLong(tag.replace("\"", "")));
    }
    if (call instanceof Call.Delete) {
      return new Answer.Deleted();
    }
    JsonNode version = json(response).path("version");
    if (!version.isIntegralNumber() && !version.isTextual()) {
      throw unexpected(call, response);
    }
    return new Answer.Written(version.asLong());
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + response.body(), e);
    }
  }

  private static AssertionError unexpected(Call call, HttpResponse<String> response) {
    return new AssertionError(
        call + " was answered with " + response.statusCode() + " " + response.body());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
