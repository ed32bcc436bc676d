package dev.mesh.protocols.membership.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.simulation.DetectionSimulation.Setup;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What must hold where all watch all, whatever the seed; with the fast profile's times. */
class SmallMeshTest {
  private static final HeartbeatSettings FAST =
      new HeartbeatSettings(Duration.ofMillis(500), Duration.ofSeconds(2), 9, 8, 4);
  private static final int SEEDS = 40;

  private static final class Mesh {
    final DetectionSimulation simulation;
    final List<Effect> declared = new ArrayList<>();
    final List<PeerId> declaredBy = new ArrayList<>();
    long trace;

    Mesh(int peers, double loss, long seed) {
      simulation =
          new DetectionSimulation(
              new Setup(peers, loss, 0, FAST), new SeededDraws(seed), message -> 1, this::declared);
      run(3_000);
      declared.clear();
      declaredBy.clear();
    }

    private void declared(long now, PeerId at, Effect effect) {
      declared.add(effect);
      declaredBy.add(at);
      trace = 31 * trace + now + at.hashCode() + effect.toString().hashCode();
    }

    void run(long millis) {
      simulation.run(Duration.ofMillis(millis));
      simulation.ids().forEach(id -> simulation.detector(id).checkInvariants());
    }

    void isolate(Set<PeerId> side) {
      simulation.cut((from, to) -> side.contains(from) != side.contains(to));
    }

    long failures() {
      return declared.stream().filter(Effect.PeerFailed.class::isInstance).count();
    }

    Health health(int at, int of) {
      return simulation.detector(peer(at)).health().get(peer(of));
    }
  }

  private static void forSeeds(int peers, double loss, Consumer<Mesh> scenario) {
    Seeds.run(
        SEEDS,
        seed -> {
          Mesh mesh = new Mesh(peers, loss, seed);
          scenario.accept(mesh);
          return mesh.trace;
        });
  }

  private static PeerId peer(int index) {
    return DetectionSimulation.peer(index);
  }

  @Test
  void aCrashIsConfirmedEverywhereWithinTheTimeOutAndTwoIntervals() {
    forSeeds(
        3,
        0,
        mesh -> {
          mesh.simulation.crash(peer(2));
          mesh.run(3_000);
          assertEquals(Health.FAILED, mesh.health(0, 2));
          assertEquals(Health.FAILED, mesh.health(1, 2));
          assertEquals(Health.UP, mesh.health(0, 1));
        });
  }

  @Test
  void aMinorityThatIsCutOffDeclaresNobodyAndTheMajorityDeclaresIt() {
    forSeeds(
        5,
        0,
        mesh -> {
          Set<PeerId> minority = Set.of(peer(0), peer(1));
          mesh.isolate(minority);
          mesh.run(60_000);
          for (int i = 0; i < mesh.declared.size(); i++) {
            boolean failed = mesh.declared.get(i) instanceof Effect.PeerFailed;
            assertTrue(!failed || !minority.contains(mesh.declaredBy.get(i)));
          }
          assertEquals(Health.FAILED, mesh.health(4, 0));
          mesh.isolate(Set.of());
          mesh.run(20_000);
          for (int at = 0; at < 5; at++) {
            assertEquals(
                Set.of(Health.UP),
                Set.copyOf(mesh.simulation.detector(peer(at)).health().values()));
          }
        });
  }

  @Test
  void equalHalvesDeclareNobody() {
    forSeeds(
        4,
        0,
        mesh -> {
          mesh.isolate(Set.of(peer(0), peer(1)));
          mesh.run(60_000);
          assertEquals(0, mesh.failures());
        });
  }

  @Test
  void oneLinkThatIsCutOneWayCondemnsNobody() {
    forSeeds(
        3,
        0,
        mesh -> {
          mesh.simulation.cut((from, to) -> from.equals(peer(0)) && to.equals(peer(1)));
          mesh.run(60_000);
          assertEquals(0, mesh.failures());
        });
  }

  @Test
  void linksThatFlapCondemnNobody() {
    forSeeds(
        5,
        0,
        mesh -> {
          for (int i = 0; i < 30; i++) {
            mesh.isolate(i % 2 == 0 ? Set.of(peer(i % 5)) : Set.of());
            mesh.run(1_000);
          }
          assertEquals(0, mesh.failures());
        });
  }

  @Test
  void aFrozenPeerIsMissedAsSoonAsADeadOneAndHearsOfItWhenItWakes() {
    forSeeds(
        5,
        0,
        mesh -> {
          mesh.simulation.freeze(peer(0), Duration.ofSeconds(30));
          mesh.run(3_000);
          assertEquals(Health.FAILED, mesh.health(4, 0));
          mesh.declared.clear();
          mesh.declaredBy.clear();
          mesh.run(32_000);
          assertEquals(Health.UP, mesh.health(4, 0));
          assertEquals(0, mesh.failures(), "it condemns nobody when it wakes");
          long condemned =
              mesh.declared.stream().filter(Effect.Condemned.class::isInstance).count();
          assertEquals(1, condemned, mesh.declared.toString());
        });
  }

  @Test
  void aPeerThatStartsAgainIsUpInItsLaterLife() {
    forSeeds(
        3,
        0,
        mesh -> {
          mesh.simulation.crash(peer(2));
          mesh.run(1_000);
          mesh.simulation.restart(peer(2));
          mesh.run(5_000);
          assertEquals(Health.UP, mesh.health(0, 2));
          assertEquals(2, mesh.failures(), "both others declare the earlier life failed");
        });
  }

  @Test
  void lossDelaysACrashsDiscoveryAndCondemnsNobodyElse() {
    forSeeds(
        5,
        0.2,
        mesh -> {
          mesh.simulation.crash(peer(4));
          mesh.run(8_000);
          for (int at = 0; at < 4; at++) {
            assertEquals(Health.FAILED, mesh.health(at, 4));
          }
          assertTrue(
              mesh.declared.stream()
                  .filter(Effect.PeerFailed.class::isInstance)
                  .allMatch(it -> ((Effect.PeerFailed) it).peer().equals(peer(4))));
        });
  }
}
