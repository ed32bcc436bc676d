package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mesh.multijvm.testkit.Gate;
import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer dies under load; nobody but the other peers does anything about it. */
class KilledPeerIT {
  private static final int TASKS = 300;

  /** More than two peers run at once. */
  private static final int GATED = 36;

  @Test
  void tasksCompleteOnceEachThoughAPeerIsKilled(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("KilledPeerIT", folder, 3, 3).startAll()) {
      MeshClient client = mesh.peer(0).client();
      PeerProcess victim = mesh.peer(2);
      String victimId = victim.client().id();
      Gate gate = Gate.shut(folder);
      List<String> ids = new ArrayList<>(Load.submit(client, Load.sleeps("t", TASKS, 20)));
      List<String> gated = Load.submit(client, gate.tasks("gated", GATED));
      ids.addAll(gated);

      await("some tasks have ended, and the victim runs some that cannot")
          .atMost(PeerProcess.PATIENCE)
          .until(
              () ->
                  !client.idsOf("completed").isEmpty()
                      && client.runningAt(victimId).stream().anyMatch(gated::contains));
      victim.kill9();
      Set<String> lost = client.runningAt(victimId);
      lost.retainAll(gated);
      gate.open();

      Outcomes.awaitCompleted(client, ids);
      Outcomes.assertAcceptedOnce(mesh, client, ids);
      Outcomes.assertAwardedAnew(client, lost);

      victim.start();
      victim.awaitHealth("ok");
      Outcomes.awaitCompleted(victim.client(), ids);
      assertEquals(Set.copyOf(ids), victim.client().tasks().keySet());
    }
  }
}
