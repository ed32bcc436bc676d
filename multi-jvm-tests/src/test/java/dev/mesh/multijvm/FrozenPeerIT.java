package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer stops for so long that the others go on without it, and then wakes up. */
class FrozenPeerIT {
  private static final int TASKS = 60;

  @Test
  void aFrozenPeerLosesItsTasksAndComesBack(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("FrozenPeerIT", folder, 3, 3).startAll()) {
      MeshClient client = mesh.peer(0).client();
      PeerProcess frozen = mesh.peer(2);
      String frozenId = frozen.client().id();
      List<String> ids = Load.acknowledged(client.submit(Load.sleeps("t", TASKS, 1_500)));
      await().atMost(PeerProcess.PATIENCE).until(() -> heldBy(frozenId, client) > 0);
      frozen.freeze();
      assertTrue(heldBy(frozenId, client) > 0, "frozen too late");

      await().atMost(PeerProcess.PATIENCE).until(() -> !"up".equals(client.peers().get(frozenId)));
      Outcomes.awaitCompleted(client, ids);
      Map<String, JsonNode> before = client.tasks();

      frozen.thaw();
      await().atMost(PeerProcess.PATIENCE).until(() -> "up".equals(client.peers().get(frozenId)));
      frozen.awaitHealth("ok");
      assertEquals(before, frozen.client().tasks());
      Outcomes.assertAcceptedOnce(mesh, client, ids);
    }
  }

  private static long heldBy(String peer, MeshClient client) {
    return client.tasks().values().stream()
        .filter(task -> task.path("status").asText().matches("awarded|running"))
        .filter(task -> task.path("peer").asText().equals(peer))
        .count();
  }
}
