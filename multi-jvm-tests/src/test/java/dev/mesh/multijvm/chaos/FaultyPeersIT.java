package dev.mesh.multijvm.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.mesh.multijvm.history.Answer;
import dev.mesh.multijvm.history.Call;
import dev.mesh.multijvm.testkit.PeerAddress;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaders are killed and started again, frozen and thawed, while clients use the memory. */
class FaultyPeersIT {
  /** Above the time that peers give a call. */
  private static final Duration ANSWER = Duration.ofSeconds(15);

  @TempDir private static Path folder;

  private static TestMesh mesh;

  @BeforeAll
  static void start() {
    mesh = TestMesh.of("FaultyPeersIT", folder, 3, 3).startAll();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @Test
  void theMemoryIsLinearizableThoughLeadersAreKilledAndFrozen() {
    List<Fault> faults = List.of(Fault.kill(mesh), Fault.freeze(mesh));
    new ChaosRun("faulty-peers", mesh).suffer(faults, ChaosTime.asked());
  }

  @Test
  void aLeaderThatWasFrozenWritesNothingOnceItWasReplaced() {
    Leaders leaders = new Leaders(mesh, "late");
    int frozen = leaders.await(leaders.all(), Leaders.NONE);
    int other = leaders.others(frozen).get(0);
    PeerAddress late = mesh.peer(frozen).address();
    PeerAddress live = mesh.peer(other).address();
    try (MemoryHttp http = new MemoryHttp("late", ANSWER)) {
      Answer.Written first =
          assertInstanceOf(Answer.Written.class, http.send(live, new Call.Put("x", "first")));

      mesh.peer(frozen).freeze();
      // The connection is taken, and the request waits there for the process to go on.
      CompletableFuture<Answer> toFrozen =
          CompletableFuture.supplyAsync(
              () -> http.send(late, new Call.CompareAndSet("x", first.version(), "late")));
      leaders.await(leaders.others(frozen), frozen);
      await()
          .atMost(PeerProcess.PATIENCE)
          .until(
              () -> http.send(live, new Call.Put("x", "second")), Answer.Written.class::isInstance);
      assertFalse(toFrozen.isDone(), "thawed too early");
      mesh.peer(frozen).thaw();

      assertFalse(toFrozen.join() instanceof Answer.Written, () -> "late: " + toFrozen.join());
      for (PeerProcess peer : mesh.peers()) {
        // Whoever was cut off or thawed may still be on its way back, and says so until it is
        // there.
        Answer read =
            await()
                .atMost(PeerProcess.PATIENCE)
                .until(
                    () -> http.send(peer.address(), new Call.Get("x")),
                    Answer.Found.class::isInstance);
        assertEquals("second", ((Answer.Found) read).value(), peer.name());
      }
    }
  }
}
