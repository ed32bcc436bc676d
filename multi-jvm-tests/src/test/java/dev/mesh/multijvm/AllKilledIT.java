package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;

import dev.mesh.multijvm.testkit.Gate;
import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The power fails while tasks are submitted and run. */
class AllKilledIT {
  private static final int BATCH = 20;
  private static final int MAX_BATCHES = 100;

  /** More than all peers run at once. */
  private static final int GATED = 20;

  @Test
  void everyAcknowledgedTaskOutlivesTheDeathOfAll(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.of("AllKilledIT", folder, 3, 3).startAll()) {
      Set<String> acknowledged = ConcurrentHashMap.newKeySet();
      CompletableFuture<Void> load =
          CompletableFuture.runAsync(() -> submitUntilBroken(mesh.peer(0).client(), acknowledged));
      MeshClient other = mesh.peer(1).client();
      await()
          .atMost(PeerProcess.PATIENCE)
          .until(() -> acknowledged.size() >= 10 * BATCH && !other.idsOf("completed").isEmpty());
      Gate gate = Gate.shut(folder);
      acknowledged.addAll(Load.submit(other, gate.tasks("gated", GATED)));
      mesh.killAll();
      load.join();
      gate.open();

      mesh.startAll();
      Outcomes.awaitCompleted(other, acknowledged);
      Outcomes.assertAcceptedOnce(mesh, other, acknowledged);
    }
  }

  private static void submitUntilBroken(MeshClient client, Set<String> acknowledged) {
    try {
      for (int batch = 0; batch < MAX_BATCHES; batch++) {
        acknowledged.addAll(Load.acknowledged(client.submit(Load.sleeps("b" + batch, BATCH, 50))));
      }
    } catch (UncheckedIOException e) {
      // The peer was killed: what it had not acknowledged yet is not promised.
    }
  }
}
