package dev.mesh.protocols.membership.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.HealthUpdate;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.Incarnation;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.membership.Reputation;
import dev.mesh.protocols.membership.ReputationSettings;
import dev.mesh.protocols.membership.simulation.DetectionSimulation.Setup;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What peers come to think of those who accuse, by what they see of them and tell each other. */
class ConductTest {
  private static final HeartbeatSettings FAST =
      new HeartbeatSettings(Duration.ofMillis(500), Duration.ofSeconds(2), 9, 8, 4);
  private static final int MINUTES = 3;
  private static final double TOLERATED = 0.4;
  private static final double LOST = 0.45;

  private static final class Mesh {
    final DetectionSimulation simulation;
    final Map<PeerId, Reputation> reputations = new TreeMap<>();
    final Map<PeerId, Double> lowest = new TreeMap<>();
    final Set<PeerId> accusedFalsely = new TreeSet<>();

    Mesh(Setup setup, long seed) {
      simulation =
          new DetectionSimulation(setup, new SeededDraws(seed), message -> 1, this::declared);
      ReputationSettings settings = new ReputationSettings(600_000, 64);
      simulation.ids().forEach(id -> reputations.put(id, new Reputation(id, settings)));
    }

    private void declared(long now, PeerId at, Effect effect) {
      Reputation witness = reputations.get(at);
      if (effect instanceof Effect.FalselyAccused it) {
        witness.saw(millis(), it.by(), Outcome.of(it), 1);
        accusedFalsely.add(it.by());
      } else if (effect instanceof Effect.PeerFailed it) {
        witness.saw(millis(), it.peer(), Outcome.CONFIRMED_FAILED, 1);
      }
    }

    private long millis() {
      return simulation.now() / 1_000_000;
    }

    void run(Runnable everyInterval) {
      for (long i = 0; i < Duration.ofMinutes(MINUTES).dividedBy(FAST.interval()); i++) {
        everyInterval.run();
        simulation.run(FAST.interval());
        simulation.ids().forEach(this::look);
        tell();
        reputations.values().forEach(it -> it.scores(millis()).forEach(this::note));
      }
    }

    private void look(PeerId at) {
      for (PeerObservation seen : simulation.detector(at).observations(simulation.now())) {
        boolean answers = seen.silent().filter(it -> it.compareTo(FAST.timeout()) < 0).isPresent();
        if (answers && seen.health() == Health.UP) {
          reputations.get(at).saw(millis(), seen.peer(), Outcome.HEARTBEAT_ANSWERED, 1);
        }
      }
    }

    private void tell() {
      reputations.forEach(
          (from, teller) -> {
            Map<PeerId, Double> opinions = teller.opinions(millis());
            reputations.values().forEach(listener -> listener.heard(from, opinions));
          });
    }

    private void note(PeerId subject, double score) {
      lowest.merge(subject, score, Math::min);
    }

    /** What others think of a peer now, the best of it. */
    double highest(PeerId subject) {
      return reputations.entrySet().stream()
          .filter(entry -> !entry.getKey().equals(subject))
          .mapToDouble(entry -> entry.getValue().scores(millis()).getOrDefault(subject, 0.5))
          .max()
          .orElseThrow();
    }

    double lowest(PeerId subject) {
      return lowest.getOrDefault(subject, 0.5);
    }

    /** {@code accuser} tells all that all others are suspect, as they stand. */
    void accuseAll(PeerId accuser) {
      Map<PeerId, Incarnation> latest = incarnations();
      Incarnation own = latest.getOrDefault(accuser, Incarnation.first(1));
      latest.remove(accuser);
      List<HealthUpdate> accusations = new ArrayList<>();
      latest.forEach(
          (accused, is) -> accusations.add(new HealthUpdate(accused, is, Health.SUSPECT, accuser)));
      for (PeerId to : simulation.ids()) {
        for (int i = 0; i < accusations.size() && !to.equals(accuser); i += Heartbeat.MAX_UPDATES) {
          List<HealthUpdate> part =
              accusations.subList(i, Math.min(accusations.size(), i + Heartbeat.MAX_UPDATES));
          simulation.say(accuser, to, new Heartbeat.Ping(accuser, own, simulation.now(), part));
        }
      }
    }

    /** The latest that anybody knows of each. */
    private Map<PeerId, Incarnation> incarnations() {
      Map<PeerId, Incarnation> latest = new TreeMap<>();
      for (PeerId at : simulation.ids()) {
        for (PeerObservation seen : simulation.detector(at).observations(simulation.now())) {
          latest.merge(seen.peer(), seen.incarnation(), (a, b) -> a.compareTo(b) > 0 ? a : b);
        }
      }
      return latest;
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 0.2, 0", "5, 0.2, 0", "30, 0.2, 0", "30, 0, 0.2"})
  void honestPeersThatAreHeardBadlyOrAreSlowKeepTheirName(int peers, double loss, double slow) {
    Seeds.run(
        3,
        seed -> {
          Mesh mesh = new Mesh(new Setup(peers, loss, slow, FAST), seed);
          mesh.run(() -> {});
          for (PeerId honest : mesh.simulation.ids()) {
            assertTrue(mesh.lowest(honest) >= TOLERATED, () -> honest + " of " + mesh.lowest);
          }
          return mesh.lowest.hashCode();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 30})
  void whoDoesNotHearOneOfThemKeepsItsName(int peers) {
    Seeds.run(
        3,
        seed -> {
          Mesh mesh = new Mesh(new Setup(peers, 0, 0, FAST), seed);
          PeerId deaf = DetectionSimulation.peer(0);
          PeerId unheard = mesh.simulation.detector(deaf).health().keySet().iterator().next();
          mesh.simulation.cut((from, to) -> from.equals(unheard) && to.equals(deaf));
          mesh.run(() -> {});
          assertTrue(mesh.accusedFalsely.contains(deaf), "it accuses whom it does not hear");
          for (PeerId honest : Set.of(deaf, unheard)) {
            assertTrue(mesh.lowest(honest) >= TOLERATED, () -> honest + " of " + mesh.lowest);
          }
          return mesh.lowest.hashCode();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 10, 30})
  void whoAccusesAllAllTheTimeLosesItsName(int peers) {
    Seeds.run(
        3,
        seed -> {
          Mesh mesh = new Mesh(new Setup(peers, 0.05, 0, FAST), seed);
          PeerId accuser = DetectionSimulation.peer(0);
          mesh.run(() -> mesh.accuseAll(accuser));
          double best = mesh.highest(accuser);
          assertTrue(best < LOST, () -> "one thinks of it as of " + best);
          for (PeerId honest : mesh.simulation.ids()) {
            assertTrue(
                honest.equals(accuser) || mesh.lowest(honest) >= TOLERATED,
                () -> honest + " of " + mesh.lowest);
          }
          return Double.hashCode(best);
        });
  }
}
