package dev.mesh.multijvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.testkit.ChildJvm;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application of three processes that keeps its sharded, event-sourced entities in the mesh, and
 * uses Pekko's own split brain resolver. One process is killed.
 */
class ShopIT {
  private static final int PROCESSES = 3;
  private static final int CARTS = 30;
  private static final int ROUNDS = 6;
  private static final int KILLED_IN = 3;

  @TempDir Path folder;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final List<Integer> remoting = ports();
  private final List<Integer> serving = ports();
  private final List<ChildJvm> shops = new ArrayList<>();

  private static List<Integer> ports() {
    return IntStream.range(0, PROCESSES).mapToObj(i -> Ports.free()).toList();
  }

  @BeforeEach
  void open() throws IOException {
    for (int i = 0; i < PROCESSES; i++) {
      Path file = folder.resolve("shop-" + i + ".conf");
      Files.writeString(file, configuration(i), UTF_8);
      shops.add(
          PeerProcess.application(
              "ShopIT", "shop-" + i, "dev.mesh.multijvm.shop.Shop", List.of(file.toString())));
    }
    for (int i = 0; i < PROCESSES; i++) {
      int shop = i;
      await("shop " + i + " is open")
          .atMost(PeerProcess.PATIENCE)
          .failFast(shops.get(i).logTail(), () -> !shops.get(shop).alive())
          .until(() -> get(shop, "/sold").isPresent());
    }
  }

  @AfterEach
  void close() {
    shops.forEach(ChildJvm::close);
  }

  private String configuration(int shop) {
    String seeds = list("\"pekko://shop@127.0.0.1:%d\"");
    String peers = list("\"127.0.0.1:%d\"");
    return """
        pekko.remote.artery.canonical.port = %d
        pekko.cluster.seed-nodes = [%s]
        mesh { seeds = [%s], peer-name = "shop-%d", data-dir = "%s" }
        shop.port = %d
        """
        .formatted(
            remoting.get(shop),
            seeds,
            peers,
            shop,
            folder.resolve("data-" + shop),
            serving.get(shop));
  }

  private String list(String form) {
    return remoting.stream().map(form::formatted).collect(Collectors.joining(", "));
  }

  /** The answer, or none if it was not well. */
  private Optional<String> send(int shop, String path, HttpRequest.Builder request) {
    URI uri = URI.create("http://127.0.0.1:" + serving.get(shop) + path);
    try {
      HttpResponse<String> response =
          http.send(
              request.uri(uri).timeout(Duration.ofSeconds(20)).build(),
              HttpResponse.BodyHandlers.ofString());
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

  private Optional<String> get(int shop, String path) {
    return send(shop, path, HttpRequest.newBuilder().GET());
  }

  private Optional<String> post(int shop, String path) {
    return send(shop, path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody()));
  }

  @Test
  void everyAcknowledgedEventIsThereAfterAProcessWasKilled() {
    Map<Integer, List<String>> acknowledged = new TreeMap<>();
    int unknown = 0;
    int alive = PROCESSES;
    for (int round = 0; round < ROUNDS; round++) {
      if (round == KILLED_IN) {
        assertEquals(CARTS, acknowledged.size());
        alive = PROCESSES - 1;
        shops.get(alive).close();
      }
      for (int cart = 0; cart < CARTS; cart++) {
        String item = "item-" + round;
        if (post(cart % alive, "/carts/" + cart + "/" + item).isPresent()) {
          acknowledged.computeIfAbsent(cart, c -> new ArrayList<>()).add(item);
        } else {
          unknown++;
        }
      }
    }
    for (int shop = 0; shop < alive; shop++) {
      for (int cart = 0; cart < CARTS; cart++) {
        assertHolds(shop, cart, acknowledged.get(cart));
      }
    }
    int sold =
        await("the events are counted")
            .atMost(PeerProcess.PATIENCE)
            .until(() -> get(0, "/sold").map(Integer::parseInt), Optional::isPresent)
            .orElseThrow();
    int known = acknowledged.values().stream().mapToInt(List::size).sum();
    assertTrue(sold >= known && sold <= known + unknown, sold + " of " + known + "+" + unknown);
  }

  private void assertHolds(int shop, int cart, List<String> items) {
    await("cart " + cart + " at shop " + shop)
        .atMost(PeerProcess.PATIENCE)
        .untilAsserted(
            () -> {
              String content = get(shop, "/carts/" + cart).orElse("no answer");
              for (String item : items) {
                assertTrue(content.contains(item + "="), content + " lacks " + item);
              }
            });
  }
}
