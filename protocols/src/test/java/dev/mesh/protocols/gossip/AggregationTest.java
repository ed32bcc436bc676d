package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Aggregation.Input;
import dev.mesh.protocols.gossip.Aggregation.Sample;
import dev.mesh.protocols.gossip.Aggregation.Send;
import dev.mesh.protocols.gossip.AggregationMessage.Mass;
import dev.mesh.protocols.gossip.AggregationMessage.Part;
import dev.mesh.protocols.gossip.AggregationMessage.Share;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AggregationTest {
  private static final String LOAD = "load";
  private static final double PRECISION = 0.05;

  /** Peers with the values 1, 2, 3 and so on; some may be down. */
  private static final class Network {
    private final Random random;
    private final int lossPercent;
    private final List<Aggregation> peers = new ArrayList<>();
    private final Set<Integer> down = new TreeSet<>();
    private final Deque<Send> underWay = new ArrayDeque<>();
    private Set<Integer> roots = Set.of(0);

    Network(long seed, int count, int lossPercent) {
      random = new Random(seed);
      this.lossPercent = lossPercent;
      for (int i = 0; i < count; i++) {
        join();
      }
    }

    void join() {
      peers.add(new Aggregation(GossipNetwork.id(peers.size()), random::nextInt));
    }

    int length() {
      return Aggregation.rounds(peers.size() - 1);
    }

    void rounds(int count) {
      for (int i = 0; i < count; i++) {
        round();
      }
    }

    private void round() {
      for (int i = 0; i < peers.size(); i++) {
        if (!down.contains(i)) {
          Sample sample =
              new Sample(Map.of(LOAD, i + 1.0), roots.contains(i), peers.size() - down.size() - 1);
          send(peers.get(i).handle(new Input.Round(partner(i), sample)));
        }
      }
      while (!underWay.isEmpty()) {
        Send next = underWay.poll();
        int to = Integer.parseInt(next.to().value().substring(1));
        if (!down.contains(to) && random.nextInt(100) >= lossPercent) {
          send(peers.get(to).handle(new Input.Received(next.message())));
        }
      }
    }

    private void send(List<Send> sends) {
      underWay.addAll(sends);
    }

    private Optional<PeerId> partner(int of) {
      int to = random.nextInt(peers.size());
      while (to == of || down.contains(to)) {
        to = random.nextInt(peers.size());
      }
      return Optional.of(GossipNetwork.id(to));
    }

    Aggregate result(int index) {
      return peers.get(index).result(LOAD).orElseThrow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20})
  void everyPeerComesToKnowAll(int lossPercent) {
    Network network = new Network(1, 100, lossPercent);
    network.rounds(network.length() + 1);
    for (int i = 0; i < 100; i++) {
      Aggregate told = network.result(i);
      assertEquals(50.5, told.mean(), 50.5 * PRECISION);
      assertEquals(100, told.count().orElseThrow(), 100 * PRECISION);
      assertEquals(5050, told.sum().orElseThrow(), 5050 * PRECISION);
      assertEquals(1, told.min());
      assertEquals(100, told.max());
      assertEquals(0, told.epoch());
    }
  }

  @Test
  void whoHasLeftIsForgottenByTheNextEpochAndWhoHasJoinedIsCounted() {
    Network network = new Network(2, 50, 10);
    network.rounds(network.length() + 5);
    for (int i = 40; i < 50; i++) {
      network.down.add(i);
    }
    network.rounds(2 * network.length());
    assertEquals(40, network.result(7).max());
    assertEquals(40, network.result(7).count().orElseThrow(), 40 * PRECISION);
    network.join();
    network.rounds(2 * network.length() + 2);
    assertEquals(51, network.result(7).max());
    assertEquals(41, network.result(50).count().orElseThrow(), 41 * PRECISION);
  }

  @Test
  void withoutARootCountAndSumAreUnknownAndTheRestIsNot() {
    Network network = new Network(3, 30, 0);
    network.roots = Set.of();
    network.rounds(network.length() + 1);
    assertEquals(15.5, network.result(4).mean(), 15.5 * PRECISION);
    assertEquals(OptionalDouble.empty(), network.result(4).count());
    assertEquals(OptionalDouble.empty(), network.result(4).sum());
  }

  @Test
  void severalRootsDoNoHarm() {
    Network network = new Network(4, 60, 10);
    network.roots = Set.of(0, 7, 20);
    network.rounds(network.length() + 1);
    assertEquals(60, network.result(30).count().orElseThrow(), 60 * PRECISION);
  }

  @Test
  void aResultSaysHowOldItIs() {
    Network network = new Network(5, 10, 0);
    assertEquals(Optional.empty(), network.peers.get(0).result(LOAD));
    network.rounds(network.length() + 1);
    long old = network.result(0).roundsOld();
    network.round();
    assertEquals(old + 1, network.result(0).roundsOld());
    assertEquals(Optional.empty(), network.peers.get(0).result("nobody's"));
    assertEquals(Set.of(LOAD), network.peers.get(0).results().keySet());
  }

  @Test
  void aShareIsTakenOnceHoweverOftenItIsSent() {
    Epoch sender = epoch(0, 8);
    Epoch receiver = epoch(1, 2);
    Share share = sender.share(GossipNetwork.id(1), 1).orElseThrow().share();
    assertTrue(receiver.take(share));
    assertTrue(receiver.take(share));
    assertEquals(6, receiver.held().parts().get(LOAD).sum());
    assertEquals(4, sender.held().parts().get(LOAD).sum());
    assertEquals(1, sender.pending().size());
    sender.isTaken(1);
    assertEquals(0, sender.pending().size());
  }

  @Test
  void boundsAreKept() {
    Epoch sender = epoch(0, 1);
    for (int i = 0; i < Epoch.MAX_PENDING; i++) {
      assertTrue(sender.share(GossipNetwork.id(1), i).isPresent());
    }
    assertEquals(Optional.empty(), sender.share(GossipNetwork.id(1), 99));
    Epoch receiver = epoch(1, 1);
    Share template = sender.pending().iterator().next().share();
    for (int i = 0; i < Epoch.MAX_TAKEN; i++) {
      assertTrue(receiver.take(new Share(template.from(), 0, i, template.mass())));
    }
    assertFalse(receiver.take(new Share(template.from(), 0, -1, template.mass())));
  }

  @Test
  void whoIsBehindFollowsAndWhatIsOfAnOldEpochIsNotTaken() {
    Aggregation core = new Aggregation(GossipNetwork.id(0), new Random(1)::nextInt);
    core.handle(new Input.Round(Optional.empty(), new Sample(Map.of(LOAD, 1.0), true, 1)));
    Share later = new Share(GossipNetwork.id(1), 7, 1, epoch(1, 5).held());
    List<Send> answer = core.handle(new Input.Received(later));
    assertEquals(7, answer.get(0).message().epoch());
    assertEquals(5, core.estimate(LOAD).orElseThrow().max());
    Share earlier = new Share(GossipNetwork.id(2), 6, 1, epoch(2, 9).held());
    assertEquals(7, core.handle(new Input.Received(earlier)).get(0).message().epoch());
    assertEquals(5, core.estimate(LOAD).orElseThrow().max());
  }

  @Test
  void whatNoPeerSaysIsNotHeard() {
    Aggregation core = new Aggregation(GossipNetwork.id(0), new Random(1)::nextInt);
    core.handle(new Input.Round(Optional.empty(), new Sample(Map.of(LOAD, 1.0), true, 1)));
    Map<String, Part> many = new HashMap<>();
    for (int i = 0; i <= Epoch.MAX_NAMES; i++) {
      many.put("v" + i, new Part(1, 1, 1, 1));
    }
    Mass fair = new Mass(0.5, Set.of(), Map.of(LOAD, new Part(2, 0.5, 1, 4)));
    List<Share> refused =
        List.of(
            share(0, new Mass(Double.NaN, Set.of(), Map.of())),
            share(0, new Mass(-1, Set.of(), Map.of())),
            share(0, new Mass(1, Set.of(), many)),
            share(0, part(new Part(Double.POSITIVE_INFINITY, 1, 1, 1))),
            share(0, part(new Part(1, 1e300, 1, 1))),
            share(0, part(new Part(1, -1, 1, 1))),
            share(0, part(new Part(1, 1, 2, 1))),
            share(0, part(new Part(1, 1, Double.NaN, 1))),
            share(Long.MAX_VALUE, fair),
            share(-1, fair));
    for (Share share : refused) {
      assertTrue(share.fault().isPresent(), share::toString);
      assertEquals(List.of(), core.handle(new Input.Received(share)));
      assertEquals(1, core.estimate(LOAD).orElseThrow().mean());
    }
    assertEquals(Optional.empty(), share(0, fair).fault());
    assertEquals(1, core.handle(new Input.Received(share(0, fair))).size());
    assertEquals(4, core.estimate(LOAD).orElseThrow().max());
  }

  private static Share share(long epoch, Mass mass) {
    return new Share(GossipNetwork.id(1), epoch, 1, mass);
  }

  private static Mass part(Part part) {
    return new Mass(0.5, Set.of(), Map.of(LOAD, part));
  }

  private static Epoch epoch(int index, double value) {
    return new Epoch(GossipNetwork.id(index), 0, 0, Map.of(LOAD, value), false);
  }
}
