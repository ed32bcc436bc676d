package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What peers say to each other of aggregates. Small, whatever the size of the mesh. */
public sealed interface AggregationMessage {
  /** Later than any mesh lives to see, at one epoch in ten rounds. */
  long MAX_EPOCH = 1L << 40;

  /** The most peers of a mesh, each of which puts in 1. */
  double MAX_SHARE = GossipSettings.MAX_PEERS;

  PeerId from();

  long epoch();

  /** What no peer of this mesh and release says; empty if nothing is wrong. */
  default Optional<String> fault() {
    boolean absurd = epoch() < 0 || epoch() > MAX_EPOCH;
    return absurd ? Optional.of("epoch " + epoch()) : Optional.empty();
  }

  /**
   * A share of what the sender held. Sent again until it is {@link Taken}; the receiver takes it
   * once.
   *
   * @param sequence names the share among all of the sender's
   */
  record Share(PeerId from, long epoch, long sequence, Mass mass) implements AggregationMessage {
    @Override
    public Optional<String> fault() {
      return AggregationMessage.super.fault().or(mass::fault);
    }
  }

  /**
   * A share was taken, now or before; or it is of an epoch that is over.
   *
   * @param epoch that of the peer that answers
   */
  record Taken(PeerId from, long epoch, long sequence) implements AggregationMessage {}

  /**
   * Part of what all peers put in at the beginning of an epoch.
   *
   * @param weight part of what the roots put in: one each
   * @param roots those that are known to have put in weight
   * @param parts by the names of the values
   */
  record Mass(double weight, Set<PeerId> roots, Map<String, Part> parts) {
    public Mass {
      roots = Set.copyOf(roots);
      parts = Map.copyOf(parts);
    }

    private Optional<String> fault() {
      if (parts.size() > Epoch.MAX_NAMES) {
        return Optional.of(parts.size() + " values, more than " + Epoch.MAX_NAMES);
      } else if (!isShare(weight)) {
        return Optional.of("a weight of " + weight);
      }
      return parts.entrySet().stream()
          .filter(it -> !it.getValue().isPossible())
          .map(it -> "of '" + it.getKey() + "' " + it.getValue())
          .findFirst();
    }
  }

  /**
   * Part of one value.
   *
   * @param sum part of the sum over all peers
   * @param count part of how many put in
   * @param min the least that is known to have been put in
   * @param max the greatest
   */
  record Part(double sum, double count, double min, double max) {
    static Part of(double value) {
      return new Part(value, 1, value, value);
    }

    Part plus(Part other) {
      return new Part(
          sum + other.sum, count + other.count, Math.min(min, other.min), Math.max(max, other.max));
    }

    private boolean isPossible() {
      return isShare(count)
          && Double.isFinite(sum)
          && Double.isFinite(min)
          && min <= max
          && Double.isFinite(max);
    }

    Part half() {
      return new Part(sum / 2, count / 2, min, max);
    }
  }

  private static boolean isShare(double share) {
    return share >= 0 && share <= MAX_SHARE;
  }
}
