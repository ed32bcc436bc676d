package dev.mesh.protocols.gossip.simulation;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Aggregate;
import dev.mesh.protocols.gossip.Aggregation;
import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.Gossip;
import dev.mesh.protocols.gossip.GossipMessage;
import dev.mesh.protocols.gossip.GossipSettings;
import dev.mesh.protocols.gossip.HashTree;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * A mesh of peers that know each other and gossip in rounds, all at once; messages are lost at
 * random, and what is answered is answered in the same round. The peers begin with one shared,
 * immutable state, so that 10,000 of them fit in a few hundred MiB.
 *
 * <p>Used by one thread at a time. The same draws give the same run.
 */
public final class GossipSimulation {
  private static final String VALUE = "value";
  private static final long ROUND_MILLIS = 2000;
  private static final int VALUES_BELOW = 1000;

  /** What a peer sent in a round, on average. */
  public record Traffic(double messages, double bytes) {}

  private record Sent(int to, Object message) {}

  private final double loss;
  private final Draws draws;
  private final ToIntFunction<Object> bytesOf;
  private final List<Gossip> peers = new ArrayList<>();
  private final List<Aggregation> aggregations = new ArrayList<>();
  private final List<Double> values = new ArrayList<>();
  private final Map<PeerId, Integer> indexes = new HashMap<>();
  private final Queue<Sent> underWay = new ArrayDeque<>();
  private long now;
  private long bytes;
  private long messages;
  private long learned;
  private int updates;

  /**
   * A mesh in which all know all.
   *
   * @param count peers, at least 1
   * @param loss the share of messages that are lost, 0 to less than 1
   * @param bytesOf the size of a {@link GossipMessage} or {@link AggregationMessage} on the wire
   */
  public GossipSimulation(
      int count, double loss, GossipSettings settings, Draws draws, ToIntFunction<Object> bytesOf) {
    if (count < 1 || !(loss >= 0 && loss < 1)) {
      throw new IllegalArgumentException(
          count + " peers with a loss of " + loss + ": give at least 1 peer and a loss below 1");
    }
    this.loss = loss;
    this.draws = draws;
    this.bytesOf = bytesOf;
    HashTree<PeerFacts> all = HashTree.empty();
    for (int i = 0; i < count; i++) {
      all = all.with(facts(i, 0, "zone-" + i % 3));
    }
    for (int i = 0; i < count; i++) {
      indexes.put(id(i), i);
      peers.add(new Gossip(id(i), 1, settings, draws, all, HashTree.empty()));
      aggregations.add(new Aggregation(id(i), draws));
      values.add((double) draws.below(VALUES_BELOW));
    }
  }

  /** From now on all the others think badly of the peer of this index. */
  public void distrust(int index) {
    for (int i = 0; i < peers.size(); i++) {
      Set<PeerId> bad = i == index ? Set.of() : Set.of(id(index));
      peers.get(i).handle(new Gossip.Input.Distrusted(bad));
    }
  }

  public int size() {
    return peers.size();
  }

  /** Runs rounds in which nothing is new. */
  public Traffic quiet(int rounds) {
    resetTraffic();
    for (int i = 0; i < rounds; i++) {
      gossipRound();
    }
    return traffic(rounds);
  }

  private void resetTraffic() {
    bytes = 0;
    messages = 0;
  }

  private Traffic traffic(int rounds) {
    double peerRounds = (double) Math.max(1, rounds) * peers.size();
    return new Traffic(messages / peerRounds, bytes / peerRounds);
  }

  /**
   * How an update spread.
   *
   * @param holders how many peers held it after each round
   * @param rounds until all held it; empty: not within the limit
   * @param traffic up to then, with what was still told of updates before
   */
  public record Spread(List<Integer> holders, OptionalInt rounds, Traffic traffic) {
    public Spread {
      holders = List.copyOf(holders);
    }
  }

  /** A peer drawn at random says something new of itself. */
  public Spread spread(int limit) {
    return spreadFrom(draws.below(peers.size()), limit);
  }

  /** The peer of this index says something new of itself. */
  public Spread spreadFrom(int origin, int limit) {
    updates++;
    Gossip.Input news = new Gossip.Input.Publish(facts(origin, 1, "zone-of-update-" + updates));
    carryOut(peers.get(origin).handle(news));
    resetTraffic();
    learned = 1;
    List<Integer> holders = new ArrayList<>();
    while (learned < peers.size() && holders.size() < limit) {
      gossipRound();
      holders.add((int) learned);
    }
    boolean all = learned == peers.size();
    return new Spread(
        holders,
        all ? OptionalInt.of(holders.size()) : OptionalInt.empty(),
        traffic(holders.size()));
  }

  private void gossipRound() {
    now += ROUND_MILLIS;
    for (int i = 0; i < peers.size(); i++) {
      carryOut(peers.get(i).handle(new Gossip.Input.Round(now)));
    }
    deliver();
  }

  /**
   * How aggregation went.
   *
   * @param meanErrors the greatest relative error of the mean at any peer, after each round of the
   *     epoch
   * @param countErrors as much of the count; infinite while a peer does not know it
   * @param extremesKnown after how many rounds all peers knew minimum and maximum; empty: not all
   * @param traffic of aggregation alone
   */
  public record Aggregated(
      List<Double> meanErrors,
      List<Double> countErrors,
      OptionalInt extremesKnown,
      Traffic traffic) {
    public Aggregated {
      meanErrors = List.copyOf(meanErrors);
      countErrors = List.copyOf(countErrors);
    }
  }

  /** Runs one epoch of aggregation over numbers drawn from 0 to 999. */
  public Aggregated aggregate() {
    resetTraffic();
    List<Double> meanErrors = new ArrayList<>();
    List<Double> countErrors = new ArrayList<>();
    OptionalInt extremes = OptionalInt.empty();
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double min = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    double max = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    int rounds = Aggregation.rounds(peers.size() - 1);
    for (int round = 1; round <= rounds; round++) {
      aggregationRound();
      List<Aggregate> told =
          aggregations.stream().flatMap(peer -> peer.estimate(VALUE).stream()).toList();
      meanErrors.add(worst(told, mean, it -> OptionalDouble.of(it.mean())));
      countErrors.add(worst(told, peers.size(), Aggregate::count));
      if (extremes.isEmpty() && told.stream().allMatch(it -> it.min() == min && it.max() == max)) {
        extremes = OptionalInt.of(round);
      }
    }
    return new Aggregated(meanErrors, countErrors, extremes, traffic(rounds));
  }

  private interface Figure {
    OptionalDouble of(Aggregate told);
  }

  private static double worst(List<Aggregate> told, double right, Figure figure) {
    return told.stream()
        .map(figure::of)
        .mapToDouble(
            it ->
                it.isPresent()
                    ? Math.abs(it.getAsDouble() - right) / right
                    : Double.POSITIVE_INFINITY)
        .max()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private void aggregationRound() {
    for (int i = 0; i < peers.size(); i++) {
      Optional<PeerId> partner = peers.get(i).draw(1).stream().findFirst();
      Aggregation.Sample sample =
          new Aggregation.Sample(Map.of(VALUE, values.get(i)), i == 0, peers.size() - 1);
      sendAll(aggregations.get(i).handle(new Aggregation.Input.Round(partner, sample)));
    }
    deliver();
  }

  private void deliver() {
    for (Sent next = underWay.poll(); next != null; next = underWay.poll()) {
      if (next.message() instanceof GossipMessage it) {
        carryOut(peers.get(next.to()).handle(new Gossip.Input.Received(now, it)));
      } else {
        AggregationMessage it = (AggregationMessage) next.message();
        sendAll(aggregations.get(next.to()).handle(new Aggregation.Input.Received(it)));
      }
    }
  }

  private void carryOut(List<Gossip.Effect> effects) {
    for (Gossip.Effect effect : effects) {
      if (effect instanceof Gossip.Effect.Send it) {
        send(it.to(), it.message());
      } else if (effect instanceof Gossip.Effect.Learned) {
        learned++;
      }
    }
  }

  private void sendAll(List<Aggregation.Send> sends) {
    sends.forEach(it -> send(it.to(), it.message()));
  }

  private void send(PeerId to, Object message) {
    messages++;
    bytes += bytesOf.applyAsInt(message);
    if (draws.unit() >= loss) {
      underWay.add(new Sent(indexes.get(to), message));
    }
  }

  private static PeerId id(int index) {
    return new PeerId("peer-%08x".formatted(index));
  }

  private static PeerFacts facts(int index, long life, String zone) {
    return new PeerFacts(
        id(index),
        new Version(life, 0),
        "10.0." + index / 256 + "." + index % 256 + ":7600",
        Optional.of("10.0." + index / 256 + "." + index % 256 + ":7070"),
        zone,
        Set.of("cpu"),
        Set.of("echo", "sha256", "sleep", "wordcount"),
        new Load(1, 2, 8, OptionalDouble.of(0.25)),
        1000,
        1,
        "0.1.0",
        List.of(id(index + 1), id(index + 2), id(index + 3), id(index + 4)),
        Map.of(id(index + 1), 0.9, id(index + 2), 0.95, id(index + 3), 0.8, id(index + 4), 1.0));
  }
}
