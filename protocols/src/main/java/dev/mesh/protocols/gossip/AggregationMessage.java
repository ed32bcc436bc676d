package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import java.util.Map;
import java.util.Set;

/** What peers say to each other of aggregates. Small, whatever the size of the mesh. */
public sealed interface AggregationMessage {
  PeerId from();

  long epoch();

  /**
   * A share of what the sender held. Sent again until it is {@link Taken}; the receiver takes it
   * once.
   *
   * @param sequence names the share among all of the sender's
   */
  record Share(PeerId from, long epoch, long sequence, Mass mass) implements AggregationMessage {}

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

    Part half() {
      return new Part(sum / 2, count / 2, min, max);
    }
  }
}
