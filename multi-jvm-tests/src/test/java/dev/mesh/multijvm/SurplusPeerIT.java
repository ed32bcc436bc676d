package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mesh.multijvm.testkit.ChildJvm;
import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.Ports;
import dev.mesh.multijvm.testkit.TestMesh;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that were not quite meant so: a peer too many, a folder or a port that is taken. */
class SurplusPeerIT {
  private static final int FAILED = 1;

  @Test
  void fourPeersToldToExpectThreeAreOneMesh(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("SurplusPeerIT", folder, 4, 3).startAll()) {
      for (PeerProcess peer : mesh.peers()) {
        await()
            .atMost(PeerProcess.PATIENCE)
            .untilAsserted(() -> assertEquals(Set.of("up"), statuses(peer, 4)));
      }
      List<String> ids = new ArrayList<>();
      for (PeerProcess peer : mesh.peers()) {
        ids.addAll(Load.submit(peer.client(), Load.sleeps(peer.name(), 20, 10)));
      }
      MeshClient any = mesh.peer(3).client();
      Outcomes.awaitCompleted(any, ids);
      Outcomes.assertAcceptedOnce(mesh, any, ids);
      for (PeerProcess peer : mesh.peers()) {
        await().atMost(PeerProcess.PATIENCE).untilAsserted(() -> assertAllKnowOneAnother(peer, 4));
      }
    }
  }

  /** So few are all neighbours of one another, and something is thought of each. */
  private static void assertAllKnowOneAnother(PeerProcess peer, int count) {
    Map<String, JsonNode> shown = peer.client().shownPeers();
    for (Map.Entry<String, JsonNode> other : shown.entrySet()) {
      Set<String> neighbours = new TreeSet<>();
      other.getValue().path("neighbours").forEach(it -> neighbours.add(it.asText()));
      neighbours.add(other.getKey());
      assertEquals(shown.keySet(), neighbours, () -> peer.name() + " sees " + shown);
      assertTrue(other.getValue().path("reputation").isNumber(), () -> peer.name() + ": " + shown);
    }
    assertEquals(count, shown.size());
  }

  private static Set<String> statuses(PeerProcess peer, int count) {
    Map<String, String> peers = peer.client().peers();
    assertEquals(count, peers.size(), () -> peer.name() + " sees " + peers);
    return Set.copyOf(peers.values());
  }

  @Test
  void whatIsTakenIsRefusedWithAReason(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("TakenIT", folder, 1, 1).startAll()) {
      PeerProcess first = mesh.peer(0);
      Path other = folder.resolve("other");
      String freePort = Integer.toString(Ports.free());
      String freeHttp = Integer.toString(Ports.free());

      assertRefused(folder, first, Map.of("--port", freePort, "--http", freeHttp), "p1");
      assertRefused(
          folder, first, Map.of("--data", other.toString(), "--http", freeHttp), "--port");
      assertRefused(
          folder, first, Map.of("--data", other.toString(), "--port", freePort), "--http");
      assertTrue(first.jvm().alive());
    }
  }

  /** Starts a peer like {@code first} but for some options; it must end and say why. */
  private static void assertRefused(
      Path folder, PeerProcess first, Map<String, String> changed, String mentioned) {
    List<String> arguments =
        first.arguments().stream()
            .map(
                argument -> {
                  String option = argument.split("=", 2)[0];
                  return changed.containsKey(option)
                      ? option + "=" + changed.get(option)
                      : argument;
                })
            .toList();
    assertNotEquals(first.arguments(), arguments);
    Path log = folder.resolve("second-" + changed.hashCode() + ".log");
    try (ChildJvm second = PeerProcess.launch("second", log, arguments)) {
      assertEquals(FAILED, second.awaitExit(PeerProcess.PATIENCE), second::logTail);
      assertTrue(second.logTail().contains(mentioned), second::logTail);
    }
  }
}
