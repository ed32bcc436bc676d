package dev.mesh.multijvm.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mesh.multijvm.testkit.PeerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * The memory's HTTP interface on a map in this process, for tests of its clients. It can be told to
 * misbehave. Thread-safe.
 */
final class FakeMemory implements AutoCloseable {
  private static final int THREADS = 8;

  static {
    // Otherwise each answer waits for the client's delayed acknowledgement of its header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, Entry> old = new HashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final HttpServer server;
  private volatile UnaryOperator<Reply> fault = UnaryOperator.identity();
  private volatile boolean stale;
  private long revision;

  private record Entry(String value, long version) {}

  /**
   * What is answered.
   *
   * @param status 0 to close the connection without an answer
   * @param number of the request, from 1
   */
  record Reply(int status, String body, long version, int number) {
    Reply with(int otherStatus, String otherBody) {
      return new Reply(otherStatus, otherBody, version, number);
    }
  }

  FakeMemory() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/v1/memory/", this::handle);
    server.start();
  }

  PeerAddress address() {
    return PeerAddress.local(server.getAddress().getPort());
  }

  /** Changes answers after what was asked is done. */
  void misbehave(UnaryOperator<Reply> how) {
    fault = how;
  }

  /** Reads show, now and then, what was there before the last write. */
  void answerStale() {
    stale = true;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String key = exchange.getRequestURI().getPath();
    Reply reply = fault.apply(perform(exchange, key, body));
    if (reply.status() == 0) {
      exchange.close();
      return;
    }
    if (reply.version() > 0) {
      exchange.getResponseHeaders().set("ETag", "\"" + reply.version() + "\"");
    }
    byte[] bytes = reply.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized Reply perform(HttpExchange exchange, String key, String body) {
    int number = requests.incrementAndGet();
    Entry entry = entries.get(key);
    return switch (exchange.getRequestMethod()) {
      case "GET" -> {
        Entry shown = stale && number % 10 == 0 && old.containsKey(key) ? old.get(key) : entry;
        yield shown == null ? missing(number) : new Reply(200, shown.value, shown.version, number);
      }
      case "PUT" -> put(exchange.getRequestHeaders(), key, body, number);
      case "DELETE" -> {
        entries.remove(key);
        yield entry == null ? missing(number) : new Reply(200, "{}", 0, number);
      }
      default -> new Reply(405, "", 0, number);
    };
  }

  private Reply put(Headers headers, String key, String body, int number) {
    Entry entry = entries.get(key);
    String expected = headers.getFirst("If-Match");
    boolean matches =
        headers.containsKey("If-None-Match")
            ? entry == null
            : expected == null || (entry != null && expected.equals("\"" + entry.version + "\""));
    if (!matches) {
      return new Reply(412, "{\"error\":\"mismatch\"}", 0, number);
    }
    if (entry != null) {
      old.put(key, entry);
    }
    entries.put(key, new Entry(body, ++revision));
    return new Reply(200, "{\"version\":" + revision + "}", 0, number);
  }

  private static Reply missing(int number) {
    return new Reply(404, "{\"error\":\"not-found\"}", 0, number);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
