package dev.mesh.protocols.gossip.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.GossipMessage;
import dev.mesh.protocols.gossip.GossipSettings;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.simulation.GossipSimulation.Aggregated;
import dev.mesh.protocols.gossip.simulation.GossipSimulation.Spread;
import dev.mesh.protocols.sim.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What gossip promises of whole meshes. */
class GossipSimulationTest {
  private static final int LIMIT = 100;
  private static final GossipSettings DEFAULT =
      new GossipSettings(3, 2, 1, 64 * 1024, 20_000, 4096, 256, 4096, 600_000);

  @Test
  void anUpdateReachesAllWithinTheBoundWithoutLoss() {
    Seeds.run(
        10,
        seed -> {
          Spread spread = mesh(seed, 500, 0).spread(LIMIT);
          assertTrue(spread.rounds().orElseThrow() <= bound(500), spread.toString());
          return spread.hashCode();
        });
  }

  @Test
  void anUpdateReachesTenThousandWithinTheBoundWithoutLoss() {
    Spread spread = mesh(1, 10_000, 0).spread(LIMIT);
    assertTrue(spread.rounds().orElseThrow() <= bound(10_000), spread.toString());
  }

  @Test
  void lossOnlyDelays() {
    Seeds.run(
        10,
        seed -> {
          Spread spread = mesh(seed, 500, 0.2).spread(LIMIT);
          assertTrue(spread.rounds().orElseThrow() <= 1.5 * bound(500), spread.toString());
          return spread.hashCode();
        });
  }

  @Test
  void whatAPeerSendsInARoundDoesNotGrowWithTheMesh() {
    GossipSimulation small = mesh(1, 100, 0);
    GossipSimulation large = mesh(1, 4000, 0);
    assertEquals(small.quiet(3), large.quiet(3));
    double smallBytes = 0;
    double largeBytes = 0;
    for (int i = 0; i < 5; i++) {
      smallBytes += small.spread(LIMIT).traffic().bytes();
      largeBytes += large.spread(LIMIT).traffic().bytes();
    }
    assertTrue(largeBytes <= 1.2 * smallBytes, smallBytes + " and " + largeBytes);
  }

  @Test
  void anEpochTellsMeanCountAndExtremesInSpiteOfLoss() {
    Seeds.run(
        10,
        seed -> {
          Aggregated told = mesh(seed, 300, 0.2).aggregate();
          int last = told.meanErrors().size() - 1;
          assertTrue(told.meanErrors().get(last) < 0.01, told.toString());
          assertTrue(told.countErrors().get(last) < 0.05, told.toString());
          assertTrue(told.extremesKnown().isPresent(), told.toString());
          return told.hashCode();
        });
  }

  @Test
  void whomAllDistrustIsHeardAndHearsWithinTheBound() {
    Seeds.run(
        10,
        seed -> {
          GossipSimulation mesh = mesh(seed, 500, 0);
          mesh.distrust(7);
          Spread told = mesh.spreadFrom(8, LIMIT);
          Spread heard = mesh.spreadFrom(7, LIMIT);
          assertTrue(told.rounds().orElseThrow() <= bound(500), told.toString());
          assertTrue(heard.rounds().orElseThrow() <= bound(500), heard.toString());
          return 31L * told.hashCode() + heard.hashCode();
        });
  }

  private static double bound(int peers) {
    return 1.5 * Math.log(peers) / Math.log(2) + 3;
  }

  private static GossipSimulation mesh(long seed, int peers, double loss) {
    return new GossipSimulation(
        peers, loss, DEFAULT, new SplittableRandom(seed)::nextInt, GossipSimulationTest::size);
  }

  /** In the proportions of the wire; its true sizes are another module's. */
  private static int size(Object message) {
    if (message instanceof GossipMessage.Branches it) {
      return it.branches().size() * GossipMessage.Branch.WEIGHT;
    } else if (message instanceof GossipMessage.Buckets it) {
      return it.buckets().stream().mapToInt(GossipMessage.Bucket::weight).sum();
    } else if (message instanceof GossipMessage.News it) {
      return it.facts().stream().mapToInt(PeerFacts::weight).sum();
    }
    return message instanceof AggregationMessage.Share ? 200 : 60;
  }
}
