package dev.mesh.protocols.membership.simulation;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Candidate;
import dev.mesh.protocols.membership.Overlay;
import dev.mesh.protocols.membership.Overlay.Effect;
import dev.mesh.protocols.membership.Overlay.Input;
import dev.mesh.protocols.membership.OverlayMessage;
import dev.mesh.protocols.membership.OverlaySettings;
import dev.mesh.protocols.placement.StableHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Many peers that keep an overlay, on one thread. In each round every living peer has its turn, in
 * an order drawn anew; messages are lost, and one in ten comes a round late.
 */
public final class OverlaySimulation {
  private static final int LATE_PERCENT = 10;
  private static final int SEEDS = 3;
  private static final int SEEDS_ASKED_EVERY = 10;
  private static final int SETTLED_AFTER = 10;

  private record Sent(int from, int to, OverlayMessage message) {}

  /**
   * How the overlay is.
   *
   * @param largest share of the living that the largest component holds
   * @param cutOff peers outside it that have joined some rounds ago
   * @param cutPoints peers whose loss would split it
   * @param ringShare share of the living that are connected to their true successor
   * @param degrees how many peers have no neighbour, one, two and so on
   * @param outside peers with fewer or more neighbours than they should have
   * @param zoneless peers with neighbours of their own zone alone
   * @param crowded peers with more neighbours of their own zone than half of all and one
   */
  public record Measured(
      int peers,
      int components,
      double largest,
      int cutOff,
      int cutPoints,
      double ringShare,
      List<Integer> degrees,
      int outside,
      int zoneless,
      int crowded) {
    /** Whether all the living are connected. */
    public boolean isWhole() {
      return components == 1;
    }

    /** Whether nothing is left to mend. */
    public boolean isRight() {
      return isWhole() && cutPoints == 0 && outside == 0 && zoneless == 0 && ringShare == 1;
    }
  }

  private final Draws draws;
  private final OverlaySettings settings;
  private final List<Overlay> peers = new ArrayList<>();
  private final List<Candidate> candidates = new ArrayList<>();
  private final List<Boolean> alive = new ArrayList<>();
  private final List<Integer> joinedIn = new ArrayList<>();
  private final Map<PeerId, Integer> indexes = new HashMap<>();
  private final Deque<Sent> underWay = new ArrayDeque<>();
  private final List<Sent> late = new ArrayList<>();
  private final int zones;
  private final ToIntFunction<OverlayMessage> bytesOf;
  private boolean weighing;
  private int lossPercent;
  private boolean cut;
  private int round;
  private long messages;
  private long bytes;
  private long turns;
  private long trace = 1;

  /**
   * A mesh without peers.
   *
   * @param draws decides all that is random
   * @param zones each as large as the others
   * @param bytesOf the size of a message on the wire
   */
  public OverlaySimulation(
      Draws draws, int zones, OverlaySettings settings, ToIntFunction<OverlayMessage> bytesOf) {
    this.draws = draws;
    this.bytesOf = bytesOf;
    this.zones = zones;
    this.settings = settings;
  }

  /** So many of 100 messages are lost from now on. */
  public void loss(int percent) {
    lossPercent = percent;
  }

  /** Whether nothing passes between peers of even and of odd number. */
  public void cut(boolean now) {
    cut = now;
  }

  /** So many more peers that know the first few and nobody else. */
  public void join(int count) {
    for (int i = 0; i < count; i++) {
      int index = peers.size();
      PeerId id = new PeerId("peer-" + index);
      candidates.add(new Candidate(id, 1, "10.0.0.1:" + (10_000 + index), "zone-" + index % zones));
      peers.add(new Overlay(candidates.get(index), settings, draws));
      alive.add(true);
      joinedIn.add(round);
      indexes.put(id, index);
      askSeeds(index);
    }
  }

  private void askSeeds(int index) {
    List<Candidate> seeds = candidates.subList(0, Math.min(SEEDS, candidates.size()));
    carryOut(index, peers.get(index).handle(new Input.PeersKnown(seeds)));
  }

  /** So many of the living, drawn, are gone at once; nobody is told. One seed always stays. */
  public void kill(int count) {
    List<Integer> living = living();
    draws.sample(living.subList(1, living.size()), count).forEach(index -> alive.set(index, false));
  }

  /** How many live. */
  public int size() {
    return (int) alive.stream().filter(it -> it).count();
  }

  private List<Integer> living() {
    List<Integer> living = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      if (alive.get(i)) {
        living.add(i);
      }
    }
    return living;
  }

  /** Lets so many rounds pass. */
  public void rounds(int count) {
    for (int i = 0; i < count; i++) {
      round();
    }
  }

  /** Lets a round pass. */
  public void round() {
    round++;
    underWay.addAll(late);
    late.clear();
    List<Integer> living = living();
    for (int index : draws.sample(living, living.size())) {
      if (round % SEEDS_ASKED_EVERY == index % SEEDS_ASKED_EVERY) {
        askSeeds(index);
      }
      turns += weighing ? 1 : 0;
      carryOut(index, peers.get(index).handle(new Input.Round()));
    }
    while (!underWay.isEmpty()) {
      Sent next = underWay.poll();
      if (alive.get(next.to())) {
        trace = trace * 31 + next.to();
        carryOut(next.to(), peers.get(next.to()).handle(new Input.Received(next.message())));
      }
    }
    living.forEach(index -> peers.get(index).checkInvariants());
  }

  private void carryOut(int from, List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send it) {
        if (weighing) {
          messages++;
          bytes += bytesOf.applyAsInt(it.message());
        }
        Sent sent = new Sent(from, indexes.get(it.to().peer()), it.message());
        boolean passes = !cut || sent.from() % 2 == sent.to() % 2;
        if (passes && draws.below(100) >= lossPercent) {
          if (draws.below(100) < LATE_PERCENT) {
            late.add(sent);
          } else {
            underWay.add(sent);
          }
        }
      }
    }
  }

  /** Sent by a peer in a round, since {@link #weigh}. */
  public double messagesPerTurn() {
    return (double) messages / turns;
  }

  /** As {@link #messagesPerTurn}. */
  public double bytesPerTurn() {
    return (double) bytes / turns;
  }

  /** From now on messages are counted and weighed. */
  public void weigh() {
    weighing = true;
  }

  /** The same for two runs from one seed. */
  public long trace() {
    return trace;
  }

  /** Rounds until the overlay is as it should be, or {@code limit}. */
  public int roundsUntilRight(int limit) {
    for (int rounds = 0; rounds < limit; rounds++) {
      if (measure().isRight()) {
        return rounds;
      }
      round();
    }
    return limit;
  }

  /** Rounds until all the living are connected, or {@code limit}. */
  public int roundsUntilWhole(int limit) {
    for (int rounds = 0; rounds < limit; rounds++) {
      if (measure().isWhole()) {
        return rounds;
      }
      round();
    }
    return limit;
  }

  /** A connection counts if both sides live and keep it. */
  public Measured measure() {
    List<Integer> living = living();
    Map<Integer, Integer> vertices = new HashMap<>();
    living.forEach(index -> vertices.put(index, vertices.size()));
    List<List<Integer>> edges = new ArrayList<>();
    int zoneless = 0;
    int crowded = 0;
    for (int index : living) {
      List<Integer> kept =
          peers.get(index).neighbours().stream()
              .map(indexes::get)
              .filter(other -> isMutual(index, other))
              .toList();
      edges.add(kept.stream().map(vertices::get).toList());
      long own = kept.stream().filter(other -> other % zones == index % zones).count();
      zoneless += zones > 1 && own == kept.size() ? 1 : 0;
      crowded += zones > 1 && own > kept.size() / 2 + 1 ? 1 : 0;
    }
    OverlayGraph graph = new OverlayGraph(edges);
    List<BitSet> components = graph.components();
    return new Measured(
        living.size(),
        components.size(),
        (double) components.get(0).cardinality() / living.size(),
        (int)
            living.stream()
                .filter(index -> joinedIn.get(index) + SETTLED_AFTER <= round)
                .filter(index -> !components.get(0).get(vertices.get(index)))
                .count(),
        graph.cutPoints(),
        ringShare(living),
        graph.degrees(),
        outside(graph),
        zoneless,
        crowded);
  }

  private boolean isMutual(int one, int other) {
    return alive.get(other) && peers.get(other).neighbours().contains(candidates.get(one).peer());
  }

  private int outside(OverlayGraph graph) {
    int least = Math.min(settings.minNeighbours(), graph.size() - 1);
    int outside = 0;
    for (int vertex = 0; vertex < graph.size(); vertex++) {
      int degree = graph.degree(vertex);
      outside += degree < least || degree > settings.maxNeighbours() ? 1 : 0;
    }
    return outside;
  }

  private double ringShare(List<Integer> living) {
    List<Integer> ring = new ArrayList<>(living);
    Comparator<Integer> byPosition = (a, b) -> Long.compareUnsigned(position(a), position(b));
    ring.sort(byPosition);
    int right = 0;
    for (int i = 0; i < ring.size(); i++) {
      int at = ring.get(i);
      int successor = ring.get((i + 1) % ring.size());
      boolean kept = peers.get(at).neighbours().contains(candidates.get(successor).peer());
      right += at == successor || (kept && isMutual(at, successor)) ? 1 : 0;
    }
    return (double) right / ring.size();
  }

  private long position(int index) {
    return StableHash.of(candidates.get(index).peer().value());
  }
}
