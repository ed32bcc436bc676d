package dev.mesh.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;

/**
 * A peer's HTTP server. It runs on a small actor system of its own, which is no member of the
 * cluster, so it answers on while the peer's actor system is replaced. Thread-safe.
 */
public final class HttpServer {
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private final ActorSystem system;
  private final ServerBinding binding;

  private HttpServer(ActorSystem system, ServerBinding binding) {
    this.system = system;
    this.binding = binding;
  }

  /**
   * Binds the port and serves {@code mesh} from then on. The stage fails with an {@link
   * IOException} that names the address if it cannot be bound; nothing is left running then.
   */
  public static CompletionStage<HttpServer> start(MeshApi mesh, HttpSettings settings) {
    ActorSystem system = ActorSystem.create("mesh-http", config(settings));
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .bind(new MeshRoutes(mesh, settings, system).route())
        .handle(
            (binding, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(new HttpServer(system, binding));
              }
              IOException named = unbound(settings, failure);
              system.terminate();
              return system
                  .getWhenTerminated()
                  .<HttpServer>thenApply(
                      terminated -> {
                        throw new CompletionException(named);
                      })
                  .toCompletableFuture();
            })
        .thenCompose(outcome -> outcome);
  }

  /** Where the server listens; the port is the real one, if 0 was asked for. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Takes no more requests, gives those under way 2 seconds, then ends. */
  public CompletionStage<Void> stop() {
    return binding
        .terminate(LAST_ANSWERS)
        .handle((done, failure) -> null)
        .thenCompose(
            ignored -> {
              system.terminate();
              return system.getWhenTerminated();
            })
        .thenAccept(terminated -> {});
  }

  private static IOException unbound(HttpSettings settings, Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof BindException)) {
      cause = cause.getCause();
    }
    return new IOException(
        "HTTP cannot listen on "
            + settings.host()
            + ":"
            + settings.port()
            + " ("
            + cause.getMessage()
            + "); choose another port with --http or mesh.http.port, 0 for a free one",
        failure);
  }

  private static Config config(HttpSettings settings) {
    Duration answer = settings.maxWait().plusSeconds(30);
    return ConfigFactory.parseMap(
            Map.ofEntries(
                Map.entry("pekko.actor.provider", "local"),
                Map.entry("pekko.loggers", List.of("org.apache.pekko.event.slf4j.Slf4jLogger")),
                Map.entry(
                    "pekko.logging-filter", "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"),
                Map.entry("pekko.actor.default-dispatcher.executor", "thread-pool-executor"),
                Map.entry("pekko.actor.default-dispatcher.thread-pool-executor.fixed-pool-size", 2),
                Map.entry("pekko.scheduler.tick-duration", "100ms"),
                Map.entry("pekko.http.server.server-header", "mesh"),
                Map.entry("pekko.http.server.raw-request-uri-header", "on"),
                Map.entry("pekko.http.server.request-timeout", answer.toMillis() + "ms"),
                Map.entry("pekko.http.server.idle-timeout", 2 * answer.toMillis() + "ms"),
                Map.entry("pekko.http.server.parsing.max-content-length", settings.maxBody())))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }
}
