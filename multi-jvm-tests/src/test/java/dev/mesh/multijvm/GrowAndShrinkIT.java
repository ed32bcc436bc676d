package dev.mesh.multijvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.multijvm.testkit.Voters;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers come and go while tasks are submitted and run; replicas follow them. */
class GrowAndShrinkIT {
  private static final int BATCH = 20;
  private static final int TASK_MILLIS = 100;
  private static final Duration REPLACE_AFTER = Duration.ofMinutes(10);

  /** What a peer says that others have taken over from within the time that it is given. */
  private static final String LEFT = "This peer has left the mesh";

  @Test
  void nothingIsLostWhileOnePeerBecomesFiveAndOneAgain(@TempDir Path folder) {
    try (TestMesh mesh = TestMesh.growing("GrowAndShrinkIT", folder, 5, REPLACE_AFTER)) {
      start(mesh, 0);
      Set<String> acknowledged = ConcurrentHashMap.newKeySet();
      AtomicBoolean enough = new AtomicBoolean();
      MeshClient client = mesh.peer(0).client();
      CompletableFuture<Void> load =
          CompletableFuture.runAsync(() -> submitUntil(enough, client, acknowledged));

      start(mesh, 1, 2);
      Voters.awaitCounts(client, 3, 3);
      start(mesh, 3, 4);
      Voters.awaitCounts(client, 5, 3);
      stop(mesh.peer(3));
      stop(mesh.peer(4));
      Voters.awaitCounts(client, 3, 3);
      stop(mesh.peer(1));
      stop(mesh.peer(2));
      Voters.awaitCounts(client, 1, 1);
      enough.set(true);
      load.join();

      Outcomes.awaitCompleted(client, acknowledged);
      Outcomes.assertAcceptedOnce(mesh, client, acknowledged);
    }
  }

  private static void start(TestMesh mesh, int... peers) {
    List<PeerProcess> started = IntStream.of(peers).mapToObj(mesh::peer).toList();
    started.forEach(PeerProcess::start);
    started.forEach(peer -> peer.awaitHealth("ok"));
  }

  private static void stop(PeerProcess peer) {
    peer.stop();
    assertTrue(peer.jvm().logTail().contains(LEFT), peer.jvm()::logTail);
  }

  /** A batch after the other: the mesh is at work all the time, and never behind. */
  private static void submitUntil(AtomicBoolean enough, MeshClient client, Set<String> taken) {
    for (int batch = 0; !enough.get(); batch++) {
      try {
        List<String> ids =
            Load.acknowledged(client.submit(Load.sleeps("b" + batch, BATCH, TASK_MILLIS)));
        taken.addAll(ids);
        Outcomes.awaitCompleted(client, ids);
      } catch (UncheckedIOException e) {
        // Not acknowledged, so not promised.
      }
    }
  }
}
