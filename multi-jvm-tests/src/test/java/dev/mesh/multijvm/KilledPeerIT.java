package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer dies under load; nobody but the other peers does anything about it. */
class KilledPeerIT {
  private static final int TASKS = 500;

  @Test
  void tasksCompleteOnceEachThoughAPeerIsKilled(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("KilledPeerIT", folder, 3, 3).startAll()) {
      MeshClient client = mesh.peer(0).client();
      List<String> ids = Load.acknowledged(client.submit(Load.sleeps("t", TASKS, 100)));
      assertEquals(TASKS, ids.size());

      PeerProcess victim = mesh.peer(2);
      await()
          .atMost(PeerProcess.PATIENCE)
          .until(() -> client.idsOf("completed").size() >= TASKS / 10);
      victim.kill9();
      assertFalse(client.idsOf("queued", "awarded", "running").isEmpty(), "killed too late");

      Outcomes.awaitCompleted(client, ids);
      Outcomes.assertAcceptedOnce(mesh, client, ids);

      victim.start();
      victim.awaitHealth("ok");
      assertEquals(Set.copyOf(ids), victim.client().idsOf("completed"));
    }
  }
}
