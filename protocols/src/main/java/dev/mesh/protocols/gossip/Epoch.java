package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.AggregationMessage.Mass;
import dev.mesh.protocols.gossip.AggregationMessage.Part;
import dev.mesh.protocols.gossip.AggregationMessage.Share;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * One peer's part in one epoch of {@link Aggregation}. What it holds, what it has sent and is not
 * known to be taken, and what all others hold add up to what was put in, unless a peer dies.
 */
final class Epoch {
  /** Shares under way; while there are as many, the peer makes no more. */
  static final int MAX_PENDING = 32;

  /** Shares taken; more are left with their senders. */
  static final int MAX_TAKEN = 1024;

  /** Values by name; a share that brings more is left with its sender. */
  static final int MAX_NAMES = 64;

  /** With more that take themselves for the root, the epoch does not tell count and sum. */
  static final int MAX_ROOTS = 8;

  /** A share on its way. */
  record Pending(PeerId to, Share share) {}

  private record Receipt(PeerId from, long sequence) {}

  private final PeerId self;
  private final long number;
  private final long beganIn;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();
  private final Set<Receipt> taken = new HashSet<>();
  private Mass held;

  /**
   * The peer's part, before anything was exchanged.
   *
   * @param beganIn the peer's own round
   */
  Epoch(PeerId self, long number, long beganIn, Map<String, Double> values, boolean root) {
    this.self = self;
    this.number = number;
    this.beganIn = beganIn;
    Map<String, Part> parts = new HashMap<>();
    values.forEach((name, value) -> parts.put(name, Part.of(value)));
    this.held = new Mass(root ? 1 : 0, root ? Set.of(self) : Set.of(), parts);
  }

  long number() {
    return number;
  }

  long beganIn() {
    return beganIn;
  }

  Mass held() {
    return held;
  }

  /** What is not known to be taken. */
  Collection<Pending> pending() {
    return pending.values();
  }

  /** Sets half of what is held aside for {@code to}; empty while too much is under way. */
  Optional<Pending> share(PeerId to, long sequence) {
    if (pending.size() >= MAX_PENDING) {
      return Optional.empty();
    }
    Map<String, Part> halves = new HashMap<>();
    held.parts().forEach((name, part) -> halves.put(name, part.half()));
    held = new Mass(held.weight() / 2, held.roots(), halves);
    Pending made = new Pending(to, new Share(self, number, sequence, held));
    pending.put(sequence, made);
    return Optional.of(made);
  }

  void isTaken(long sequence) {
    pending.remove(sequence);
  }

  /** Gives whether the share is taken: now or before. */
  boolean take(Share share) {
    Receipt receipt = new Receipt(share.from(), share.sequence());
    if (taken.contains(receipt)) {
      return true;
    }
    Map<String, Part> parts = new HashMap<>(held.parts());
    share.mass().parts().forEach((name, part) -> parts.merge(name, part, Part::plus));
    if (taken.size() >= MAX_TAKEN || parts.size() > MAX_NAMES) {
      return false;
    }
    taken.add(receipt);
    Set<PeerId> roots = new HashSet<>(held.roots());
    share.mass().roots().stream().sorted().limit(MAX_ROOTS + 1L).forEach(roots::add);
    held = new Mass(held.weight() + share.mass().weight(), roots, parts);
    return true;
  }

  /** What the epoch tells so far of a value; empty if nothing of it was heard. */
  Optional<Aggregate> told(String name, long round) {
    Part part = held.parts().get(name);
    if (part == null || part.count() <= 0) {
      return Optional.empty();
    }
    int roots = held.roots().size();
    boolean tells = held.weight() > 0 && roots <= MAX_ROOTS;
    double scale = roots / held.weight();
    return Optional.of(
        new Aggregate(
            name,
            number,
            round - beganIn,
            part.sum() / part.count(),
            part.min(),
            part.max(),
            tells ? OptionalDouble.of(part.count() * scale) : OptionalDouble.empty(),
            tells ? OptionalDouble.of(part.sum() * scale) : OptionalDouble.empty()));
  }
}
