package dev.mesh.cli;

import static dev.mesh.cli.Console.MAPPER;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Asks the mesh over HTTP. It knows one peer or several: a peer that does not answer, or that can
 * do nothing at the moment, is passed over for the next, and all of them are tried again until the
 * client's patience is over. So what is sent must be safe to repeat, as submissions are by their
 * ids, or go by {@link #write}. Failures are {@link CliException}s with the exit code that fits.
 * Thread-safe.
 */
final class MeshClient {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final long PAUSE_MILLIS = 200;
  private static final Set<Integer> RETRIED = Set.of(429, 503);
  private static final String JSON = "application/json";
  private static final String OCTETS = "application/octet-stream";
  private static final String NDJSON = "application/x-ndjson";

  private final List<URI> peers;
  private final Optional<String> token;
  private final Duration patience;
  private final AtomicInteger current = new AtomicInteger();

  /** Whether any peer has ever answered; until then a wrong address is likelier than a fault. */
  private volatile boolean reached;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  /**
   * @param peers at least one
   * @param patience how long to go on while no peer can answer, once one has answered
   */
  MeshClient(List<URI> peers, Optional<String> token, Duration patience) {
    this.peers = List.copyOf(peers);
    this.token = token;
    this.patience = patience;
  }

  JsonNode get(String path) {
    return get(path, Duration.ZERO);
  }

  /** Gets what the peer may hold back for {@code wait}. */
  JsonNode get(String path, Duration wait) {
    return json(send(new Call("GET", path, wait, JSON, BodyPublishers.noBody())));
  }

  JsonNode post(String path, JsonNode body) {
    BodyPublisher content = BodyPublishers.ofString(body.toString());
    return json(send(new Call("POST", path, Duration.ZERO, JSON, content)));
  }

  JsonNode delete(String path) {
    return json(send(new Call("DELETE", path, Duration.ZERO, JSON, BodyPublishers.noBody())));
  }

  /** Posts an object a line; gives the answers, one for each, in the same order. */
  List<JsonNode> postLines(String path, List<? extends JsonNode> lines) {
    StringBuilder body = new StringBuilder();
    lines.forEach(line -> body.append(line).append('\n'));
    BodyPublisher content = BodyPublishers.ofString(body.toString());
    String text = send(new Call("POST", path, Duration.ZERO, NDJSON, content));
    List<JsonNode> answers = text.lines().map(MeshClient::json).toList();
    if (answers.size() != lines.size()) {
      throw new CliException(
          ExitCode.FAILED, answers.size() + " answers came for " + lines.size() + " lines");
    }
    return answers;
  }

  /**
   * Sends a write that must not be made twice: once a peer may have begun it, it is not sent again.
   *
   * @param headers beside those that every request has
   */
  HttpResponse<byte[]> write(String method, String path, Map<String, String> headers, byte[] body) {
    BodyPublisher content = BodyPublishers.ofByteArray(body);
    Call call = new Call(method, path, Duration.ZERO, OCTETS, content, headers, false);
    return send(call, BodyHandlers.ofByteArray(), bytes -> bytes);
  }

  /** Gets the answer as it came. */
  HttpResponse<byte[]> read(String path) {
    Call call = new Call("GET", path, Duration.ZERO, OCTETS, BodyPublishers.noBody());
    return send(call, BodyHandlers.ofByteArray(), bytes -> bytes);
  }

  /** Gets an answer that goes on and on, which is the caller's to close. */
  InputStream stream(String path, Map<String, String> headers) {
    Call call = new Call("GET", path, Duration.ZERO, JSON, BodyPublishers.noBody(), headers, true);
    return send(call, BodyHandlers.ofInputStream(), MeshClient::drained).body();
  }

  private String send(Call call) {
    byte[] body = send(call, BodyHandlers.ofByteArray(), bytes -> bytes).body();
    return new String(body, StandardCharsets.UTF_8);
  }

  /**
   * The first success; or the last failure, once every peer and patience failed.
   *
   * @param content the bytes of a body
   */
  private <T> HttpResponse<T> send(Call call, BodyHandler<T> handler, Function<T, byte[]> content) {
    long start = System.nanoTime();
    for (int tries = 1; ; tries++) {
      int peer = current.get();
      CliException failure = null;
      try {
        HttpResponse<T> response = http.send(request(peers.get(peer), call), handler);
        reached = true;
        if (response.statusCode() < 300) {
          return response;
        }
        JsonNode problem = problem(content.apply(response.body()));
        failure = refusal(response, problem);
        if (!RETRIED.contains(response.statusCode())
            || (!call.repeatable() && !problem.path("outcomeKnown").asBoolean(true))) {
          throw failure;
        }
      } catch (HttpTimeoutException e) {
        failure = silent(peers.get(peer), e);
        failIfBegun(call, e instanceof HttpConnectTimeoutException, failure);
      } catch (IOException e) {
        failure = unreachable(peers.get(peer), e);
        failIfBegun(call, e instanceof ConnectException, failure);
      } catch (InterruptedException e) {
        throw interrupted();
      }
      current.compareAndSet(peer, (peer + 1) % peers.size());
      if (tries % peers.size() == 0) {
        if (!reached || System.nanoTime() - start >= patience.toNanos()) {
          throw failure;
        }
        pause();
      }
    }
  }

  /** A peer that was connected to may have done what it did not answer to. */
  private static void failIfBegun(Call call, boolean unconnected, CliException failure) {
    if (!call.repeatable() && !unconnected) {
      throw new CliException(
          ExitCode.TIMED_OUT,
          failure.getMessage() + "; it may be done all the same: read before trying again");
    }
  }

  private HttpRequest request(URI peer, Call call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(peer + call.path()))
            .timeout(ANSWER.plus(call.held()))
            .header("Content-Type", call.type())
            .method(call.method(), call.body());
    call.headers().forEach(request::header);
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request.build();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static CliException interrupted() {
    Thread.currentThread().interrupt();
    return new CliException(ExitCode.FAILED, "interrupted");
  }

  private static CliException silent(URI peer, HttpTimeoutException e) {
    if (e instanceof HttpConnectTimeoutException) {
      return unreachable(peer, e);
    }
    return new CliException(
        ExitCode.TIMED_OUT,
        "the peer at "
            + peer
            + " did not answer in time; whether it did what was asked is unknown");
  }

  private static CliException unreachable(URI peer, IOException e) {
    String cause = e.getMessage() == null ? "connection refused" : e.getMessage();
    return new CliException(
        ExitCode.NO_QUORUM,
        "no peer answers at "
            + peer
            + " ("
            + cause
            + "); start one with 'mesh up' or name another with --mesh");
  }

  private static JsonNode problem(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (IOException e) {
      return MAPPER.createObjectNode();
    }
  }

  private static CliException refusal(HttpResponse<?> response, JsonNode problem) {
    String message = problem.path("message").asText();
    if (message.isEmpty()) {
      message = "'" + response.uri() + "' answered " + response.statusCode() + "; is it a peer?";
    }
    boolean full = problem.path("error").asText().equals("full");
    int exitCode =
        switch (response.statusCode()) {
          case 400, 413 -> full ? ExitCode.FAILED : ExitCode.WRONG_USAGE;
          case 503 -> ExitCode.NO_QUORUM;
          default -> ExitCode.FAILED;
        };
    return new CliException(exitCode, message);
  }

  private static byte[] drained(InputStream body) {
    try (body) {
      return body.readAllBytes();
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CliException(
          ExitCode.FAILED, "the answer is not JSON; does --mesh name a peer's HTTP address?");
    }
  }

  /**
   * A request.
   *
   * @param held how long the peer may hold the answer back, beside the time that answers have
   * @param repeatable whether it may be sent again after an attempt of which nothing is known
   */
  private record Call(
      String method,
      String path,
      Duration held,
      String type,
      BodyPublisher body,
      Map<String, String> headers,
      boolean repeatable) {
    Call(String method, String path, Duration held, String type, BodyPublisher body) {
      this(method, path, held, type, body, Map.of(), true);
    }
  }
}
