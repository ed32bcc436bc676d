package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mesh.multijvm.testkit.Load;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.multijvm.testkit.Voters;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers are gone for longer than the mesh waits for them, and come back. */
class ComeBackIT {
  private static final Duration REPLACE_AFTER = Duration.ofSeconds(3);
  private static final int PEERS = 4;
  private static final int VOTERS = 3;
  private static final int TASKS = 20;

  private final List<String> ids = new ArrayList<>();

  @Test
  void whoWasReplacedOrHasLeftOrLostItsDiskIsANewcomer(@TempDir Path folder) throws IOException {
    try (TestMesh mesh = TestMesh.growing("ComeBackIT", folder, PEERS, REPLACE_AFTER)) {
      mesh.peer(0).start();
      mesh.peer(0).awaitHealth("ok");
      List<PeerProcess> others = mesh.peers().subList(1, PEERS);
      others.forEach(PeerProcess::start);
      others.forEach(peer -> peer.awaitHealth("ok"));
      MeshClient client = mesh.peer(0).client();
      Voters.awaitCounts(client, VOTERS, VOTERS);

      PeerProcess killed = mesh.peer(3);
      String killedId = killed.client().id();
      killed.kill9();
      Voters.awaitReplaced(client, killedId, VOTERS);
      awaitStatus(client, killedId, "left");
      comesBack(killed, client);
      assertEquals(killedId, killed.client().id());

      PeerProcess left = mesh.peer(2);
      String leftId = left.client().id();
      left.stop();
      Voters.awaitReplaced(client, leftId, VOTERS);
      comesBack(left, client);
      assertEquals(leftId, left.client().id());

      PeerProcess wiped = mesh.peer(1);
      String lostId = wiped.client().id();
      wiped.kill9();
      delete(folder.resolve(wiped.name()));
      comesBack(wiped, client);
      assertNotEquals(lostId, wiped.client().id());
      Voters.awaitReplaced(client, lostId, VOTERS);

      Outcomes.awaitCompleted(client, ids);
      Outcomes.assertAcceptedOnce(mesh, client, ids);
    }
  }

  /** Starts a peer on what there is in its folder: it holds groups again, and works. */
  private void comesBack(PeerProcess peer, MeshClient client) {
    peer.start();
    peer.awaitHealth("ok");
    String id = peer.client().id();
    awaitStatus(client, id, "up");
    Voters.awaitHolder(client, id);
    List<String> tasks =
        Load.submit(peer.client(), Load.sleeps(peer.name() + "-" + ids.size(), TASKS, 10));
    Outcomes.awaitCompleted(peer.client(), tasks);
    ids.addAll(tasks);
  }

  private static void awaitStatus(MeshClient client, String id, String status) {
    await(id + " is " + status)
        .atMost(PeerProcess.PATIENCE)
        .until(() -> status.equals(client.peers().get(id)));
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
    assertFalse(Files.exists(folder));
  }
}
