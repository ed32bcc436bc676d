package dev.mesh.multijvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.testkit.Application;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final List<Integer> remoting =
      IntStream.range(0, PROCESSES).mapToObj(i -> Ports.free()).toList();
  private final List<Application> shops = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    for (int i = 0; i < PROCESSES; i++) {
      String name = "shop-" + i;
      int port = Ports.free();
      Path file = folder.resolve(name + ".conf");
      Files.writeString(file, configuration(i, port), UTF_8);
      shops.add(new Application("ShopIT", name, "dev.mesh.multijvm.shop.Shop", file, port));
    }
    shops.forEach(Application::start);
    shops.forEach(shop -> shop.awaitAnswer("/sold"));
  }

  @AfterEach
  void close() {
    shops.forEach(Application::close);
  }

  private String configuration(int shop, int port) {
    String seeds = list("\"pekko://shop@127.0.0.1:%d\"");
    String peers = list("\"127.0.0.1:%d\"");
    return """
        pekko.remote.artery.canonical.port = %d
        pekko.cluster.seed-nodes = [%s]
        mesh { seeds = [%s], peer-name = "shop-%d", data-dir = "%s" }
        shop.port = %d
        """
        .formatted(remoting.get(shop), seeds, peers, shop, folder.resolve("data-" + shop), port);
  }

  private String list(String form) {
    return remoting.stream().map(form::formatted).collect(Collectors.joining(", "));
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
        if (shops.get(cart % alive).post("/carts/" + cart + "/" + item).isPresent()) {
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
            .until(() -> shops.get(0).get("/sold").map(Integer::parseInt), Optional::isPresent)
            .orElseThrow();
    int known = acknowledged.values().stream().mapToInt(List::size).sum();
    assertTrue(sold >= known && sold <= known + unknown, sold + " of " + known + "+" + unknown);
  }

  private void assertHolds(int shop, int cart, List<String> items) {
    await("cart " + cart + " at shop " + shop)
        .atMost(PeerProcess.PATIENCE)
        .untilAsserted(
            () -> {
              String content = shops.get(shop).get("/carts/" + cart).orElse("no answer");
              for (String item : items) {
                assertTrue(content.contains(item + "="), content + " lacks " + item);
              }
            });
  }
}
