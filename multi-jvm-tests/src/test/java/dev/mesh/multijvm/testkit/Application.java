package dev.mesh.multijvm.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A process of an application that embeds the mesh and serves HTTP on the loopback address. It is
 * started with its configuration's file, the first time or again. Questions may be asked by several
 * threads; all else is used by one.
 */
public final class Application implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(20);

  // One for all: each client has threads of its own.
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final String test;
  private final String name;
  private final String mainClass;
  private final Path configuration;
  private final int port;
  private ChildJvm jvm;

  /**
   * @param test names the folder of the log
   * @param mainClass takes the path of the configuration as its argument
   * @param port where it serves HTTP
   */
  public Application(String test, String name, String mainClass, Path configuration, int port) {
    this.test = test;
    this.name = name;
    this.mainClass = mainClass;
    this.configuration = configuration;
    this.port = port;
  }

  /** Starts the process. Returns at once. */
  public void start() {
    jvm = PeerProcess.application(test, name, mainClass, List.of(configuration.toString()));
  }

  /** Waits until it answers this question. */
  public void awaitAnswer(String path) {
    await(name + " answers " + path)
        .atMost(PeerProcess.PATIENCE)
        .failFast(
            () -> {
              if (!jvm.alive()) {
                throw new AssertionError(name + " has ended:\n" + jvm.logTail());
              }
            })
        .until(() -> get(path).isPresent());
  }

  public String name() {
    return name;
  }

  public ChildJvm jvm() {
    return jvm;
  }

  /** The answer, or none if it was not well. */
  public Optional<String> get(String path) {
    return send(path, HttpRequest.newBuilder().GET());
  }

  /** The answer, or none if it was not well: then it is not known what was done. */
  public Optional<String> post(String path) {
    return send(path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody()));
  }

  private Optional<String> send(String path, HttpRequest.Builder request) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    try {
      HttpResponse<String> response =
          HTTP.send(request.uri(uri).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
      return Optional.of(response)
          .filter(answer -> answer.statusCode() == 200)
          .map(HttpResponse::body);
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Kills the process with SIGKILL if it was ever started. */
  @Override
  public void close() {
    if (jvm != null) {
      jvm.close();
    }
  }
}
