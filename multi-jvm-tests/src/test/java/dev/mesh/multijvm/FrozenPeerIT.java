package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mesh.multijvm.testkit.Gate;
import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer stops for so long that the others go on without it, and then wakes up. */
class FrozenPeerIT {
  /** More than two peers run at once. */
  private static final int TASKS = 36;

  @Test
  void aFrozenPeerLosesItsTasksAndComesBack(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("FrozenPeerIT", folder, 3, 3).startAll()) {
      MeshClient client = mesh.peer(0).client();
      PeerProcess frozen = mesh.peer(2);
      String frozenId = frozen.client().id();
      Gate gate = Gate.shut(folder);
      List<String> ids = Load.submit(client, gate.tasks("t", TASKS));
      await("the peer runs some of the tasks")
          .atMost(PeerProcess.PATIENCE)
          .until(() -> !client.runningAt(frozenId).isEmpty());
      frozen.freeze();
      Set<String> lost = client.runningAt(frozenId);

      await("the others do without it")
          .atMost(PeerProcess.PATIENCE)
          .until(() -> !"up".equals(client.peers().get(frozenId)));
      assertTrue(noticed(client, "peer-suspected", "peer", frozenId));
      gate.open();
      Outcomes.awaitCompleted(client, ids);
      Outcomes.assertAwardedAnew(client, lost);
      Map<String, JsonNode> before = client.tasks();

      frozen.thaw();
      await("the others have it back")
          .atMost(PeerProcess.PATIENCE)
          .until(() -> "up".equals(client.peers().get(frozenId)));
      frozen.awaitHealth("ok");
      await("it sees what the others see")
          .atMost(PeerProcess.PATIENCE)
          .ignoreException(UncheckedIOException.class)
          .untilAsserted(() -> assertEquals(before, frozen.client().tasks()));
      Outcomes.assertAcceptedOnce(mesh, client, ids);
      assertTrue(noticed(frozen.client(), "mode-changed", "mode", "ok"));
    }
  }

  private static boolean noticed(MeshClient client, String event, String field, String value) {
    return client.events().stream()
        .filter(noticed -> noticed.path("event").asText().equals(event))
        .anyMatch(noticed -> noticed.path(field).asText().equals(value));
  }
}
