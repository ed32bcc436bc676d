package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.AggregationMessage.Share;
import dev.mesh.protocols.gossip.AggregationMessage.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Mean, sum, count, minimum and maximum of named values over the mesh, at every peer: push-sum
 * (Kempe, Dobra and Gehrke 2003, §2). In each round a peer keeps half of what it holds of the sums
 * and gives half to a peer drawn at random, so that the ratio of two of them comes to be the same
 * everywhere, its error falling exponentially with the rounds. Count and sum are ratios to the
 * weight that one peer, the root, has put in. Minimum and maximum travel along.
 *
 * <p>Push-sum is right only as long as no mass is lost, so a share is sent again until its receiver
 * has acknowledged it, and is taken once: a lost message delays mass and destroys none. What a peer
 * took with it when it died is put right by the next epoch, in which all begin anew with what their
 * values are then (Jelasity, Montresor and Babaoglu 2005, §4); an extreme, too, is forgotten so. A
 * peer follows the first that begins an epoch.
 *
 * <p>Peers may disagree for a while who the root is; then several put in weight, which is counted
 * by their names. If nobody does, the epoch tells neither count nor sum.
 *
 * <p>Used by one thread at a time. State and messages are bounded whatever the size of the mesh.
 */
public final class Aggregation {
  private static final int BASE_ROUNDS = 10;
  private static final int ROUNDS_PER_LOG = 3;

  /** An epoch that was cut short tells something from this share of its length on. */
  private static final double ENOUGH = 0.75;

  private static final int FIRST_SEQUENCE_BOUND = 1 << 30;

  /** What this peer knows and has as a round begins. */
  public record Sample(Map<String, Double> values, boolean root, int peers) {
    /**
     * This peer's part, should an epoch begin.
     *
     * @param values finite numbers by name; at most {@value Epoch#MAX_NAMES} in the whole mesh
     * @param root whether this peer takes itself for the root: of those in reach, one should
     * @param peers how many there are, about
     */
    public Sample {
      values = Map.copyOf(values);
    }
  }

  /** What aggregation learns. */
  public sealed interface Input {
    /**
     * A round begins.
     *
     * @param partner drawn at random among the peers in reach; empty: there is none
     */
    record Round(Optional<PeerId> partner, Sample sample) implements Input {}

    /** Not heard if there is a {@link AggregationMessage#fault}. */
    record Received(AggregationMessage message) implements Input {}
  }

  /** A message to be sent. */
  public record Send(PeerId to, AggregationMessage message) {}

  private final PeerId self;
  private final List<Send> sends = new ArrayList<>();

  /** Beyond those of an earlier life of this peer, which others may have seen in this epoch. */
  private long sequence;

  private long round;
  private Sample sample = new Sample(Map.of(), false, 0);
  private Optional<Epoch> epoch = Optional.empty();
  private Optional<Epoch> finished = Optional.empty();

  public Aggregation(PeerId self, Draws draws) {
    this.self = self;
    this.sequence = (long) draws.below(FIRST_SEQUENCE_BOUND) << 30;
  }

  public List<Send> handle(Input input) {
    sends.clear();
    if (input instanceof Input.Round next) {
      round(next);
    } else if (input instanceof Input.Received received) {
      receive(received.message());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(sends);
  }

  /** What the last epoch told of a value; empty until one did. */
  public Optional<Aggregate> result(String name) {
    return finished.flatMap(last -> last.told(name, round));
  }

  /** As {@link #result}, of all values. */
  public Map<String, Aggregate> results() {
    Map<String, Aggregate> results = new TreeMap<>();
    finished
        .map(last -> last.held().parts().keySet())
        .orElse(Set.of())
        .forEach(name -> result(name).ifPresent(told -> results.put(name, told)));
    return results;
  }

  /** What the present epoch tells so far. Early in an epoch it is far off. */
  public Optional<Aggregate> estimate(String name) {
    return epoch.flatMap(now -> now.told(name, round));
  }

  /** How many rounds an epoch lasts in a mesh of {@code peers}. */
  public static int rounds(int peers) {
    return BASE_ROUNDS + ROUNDS_PER_LOG * (Integer.SIZE - Integer.numberOfLeadingZeros(peers));
  }

  private void round(Input.Round next) {
    round++;
    sample = next.sample();
    if (epoch.isEmpty()) {
      begin(0);
    } else if (roundsIn(epoch.get()) >= rounds(sample.peers())) {
      begin(epoch.get().number() + 1);
    }
    Epoch now = epoch.orElseThrow();
    now.pending().forEach(this::send);
    next.partner().flatMap(to -> now.share(to, ++sequence)).ifPresent(this::send);
  }

  private long roundsIn(Epoch one) {
    return round - one.beganIn();
  }

  private void begin(long number) {
    if (epoch.isPresent() && roundsIn(epoch.get()) >= ENOUGH * rounds(sample.peers())) {
      finished = epoch;
    }
    epoch = Optional.of(new Epoch(self, number, round, sample.values(), sample.root()));
  }

  private void receive(AggregationMessage message) {
    boolean heard = message.fault().isEmpty() && !message.from().equals(self);
    if (epoch.isEmpty() || !heard) {
      return;
    }
    if (message.epoch() > epoch.get().number()) {
      begin(message.epoch());
    }
    Epoch now = epoch.get();
    boolean present = message.epoch() == now.number();
    if (message instanceof Share share) {
      if (!present || now.take(share)) {
        sends.add(new Send(share.from(), new Taken(self, now.number(), share.sequence())));
      }
    } else if (message instanceof Taken taken && present) {
      now.isTaken(taken.sequence());
    }
  }

  private void send(Epoch.Pending share) {
    sends.add(new Send(share.to(), share.share()));
  }
}
