package dev.mesh.protocols.membership.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.simulation.DetectionSimulation.Setup;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What must hold where each is watched by a few. */
class LargeMeshTest {
  private static final HeartbeatSettings FAST =
      new HeartbeatSettings(Duration.ofMillis(500), Duration.ofSeconds(2), 9, 8, 4);
  private static final int PEERS = 100;
  private static final int SEEDS = 3;

  private final Set<PeerId> declaredFailed = new TreeSet<>();

  private DetectionSimulation mesh(double loss, SeededDraws draws) {
    declaredFailed.clear();
    DetectionSimulation mesh =
        new DetectionSimulation(
            new Setup(PEERS, loss, 0, FAST), draws, message -> 1, this::declared);
    mesh.run(Duration.ofSeconds(3));
    return mesh;
  }

  private void declared(long now, PeerId at, Effect effect) {
    if (effect instanceof Effect.PeerFailed failed) {
      declaredFailed.add(failed.peer());
    }
  }

  private static void assertAllHold(DetectionSimulation mesh, Set<PeerId> failed) {
    for (PeerId at : mesh.ids()) {
      mesh.detector(at).checkInvariants();
      for (PeerId of : mesh.ids()) {
        if (!failed.contains(at) && !at.equals(of)) {
          Health health = mesh.detector(at).health().getOrDefault(of, Health.UP);
          assertEquals(
              failed.contains(of) ? Health.FAILED : Health.UP, health, at + " holds of " + of);
        }
      }
    }
  }

  @Test
  void aThirdThatCrashesAtOnceIsKnownToAllTheOthers() {
    Seeds.run(
        SEEDS,
        seed -> {
          SeededDraws draws = new SeededDraws(seed);
          DetectionSimulation mesh = mesh(0.05, draws);
          Set<PeerId> crashed = new TreeSet<>(draws.sample(mesh.ids(), PEERS / 3));
          crashed.forEach(mesh::crash);
          mesh.run(Duration.ofSeconds(20));
          assertEquals(crashed, declaredFailed);
          assertAllHold(mesh, crashed);
          return mesh.messages();
        });
  }

  @Test
  void afterAPartitionAllHoldEachOtherForUpAgain() {
    Seeds.run(
        SEEDS,
        seed -> {
          SeededDraws draws = new SeededDraws(seed);
          DetectionSimulation mesh = mesh(0.05, draws);
          List<PeerId> side = draws.sample(mesh.ids(), PEERS / 4);
          Set<PeerId> minority = new TreeSet<>(side);
          mesh.cut((from, to) -> minority.contains(from) != minority.contains(to));
          mesh.run(Duration.ofSeconds(30));
          mesh.cut((from, to) -> false);
          mesh.run(Duration.ofSeconds(30));
          assertAllHold(mesh, Set.of());
          return mesh.messages();
        });
  }
}
