package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.GossipMessage.Bucket;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** What no peer of this mesh and release says in a {@link GossipMessage}. */
final class GossipRules {
  /** Beyond any number of starts, and of things that a peer says of itself in a life. */
  static final long MAX_COUNT = 1L << 53;

  private GossipRules() {}

  /**
   * What is wrong with a message as a whole; empty if nothing is. What a {@link GossipMessage.News}
   * tells is each looked at by itself.
   */
  static Optional<String> fault(GossipMessage message) {
    if (message instanceof GossipMessage.Branches it) {
      return tooLarge(it.branches(), branch -> GossipMessage.Branch.WEIGHT);
    } else if (message instanceof GossipMessage.Buckets it) {
      return tooLarge(it.buckets(), Bucket::weight).or(() -> fault(it.buckets()));
    } else if (message instanceof GossipMessage.Want it) {
      return tooLarge(it.names(), GossipMessage.Want::weight);
    } else if (message instanceof GossipMessage.News it) {
      return tooLarge(it.facts(), Gossiped::weight)
          .or(() -> tooLarge(it.entries(), Gossiped::weight));
    }
    return Optional.empty();
  }

  /** Whatever its settings, a peer sends more than one thing only while they stay below this. */
  private static <T> Optional<String> tooLarge(List<T> parts, ToIntFunction<? super T> weight) {
    long bytes = parts.stream().mapToLong(weight::applyAsInt).sum();
    return parts.size() > 1 && bytes > GossipSettings.MAX_MESSAGE_BYTES
        ? Optional.of(bytes + " bytes, more than " + GossipSettings.MAX_MESSAGE_BYTES)
        : Optional.empty();
  }

  private static Optional<String> fault(List<Bucket> buckets) {
    return buckets.stream()
        .flatMap(bucket -> bucket.held().stream())
        .flatMap(held -> fault(held.name(), held.stamp().version()).stream())
        .findFirst();
  }

  private static Optional<String> fault(String name, Version version) {
    boolean absurd =
        version.incarnation() < 0
            || version.incarnation() > MAX_COUNT
            || version.counter() < 0
            || version.counter() > MAX_COUNT;
    return absurd ? Optional.of("version " + version + " of '" + name + "'") : Optional.empty();
  }

  /** What is wrong with what is told of a peer. */
  static Optional<String> fault(PeerFacts facts) {
    Load load = facts.load();
    long least = Math.min(Math.min(load.running(), load.queued()), load.slots());
    if (Math.min(least, Math.min(facts.done(), facts.failed())) < 0) {
      return Optional.of("counts below 0 of " + facts.peer());
    }
    boolean opinionated =
        facts.opinions().entrySet().stream()
            .anyMatch(it -> it.getKey().equals(facts.peer()) || !isScore(it.getValue()));
    return opinionated
        ? Optional.of("an opinion of " + facts.peer() + " that is of itself, or no score")
        : fault(facts.name(), facts.version());
  }

  private static boolean isScore(double score) {
    return score >= 0 && score <= 1;
  }

  /**
   * What is wrong with an application's entry. That it is of the future is its writer's fault
   * alone: others, whose clocks differ less from the writer's, pass it on in good faith.
   */
  static Optional<String> fault(AppEntry entry, PeerId from, GossipSettings settings, long now) {
    Version version = entry.stamp().version();
    if (version.incarnation() != 0) {
      return Optional.of("version " + version + " of '" + entry.key() + "'");
    } else if (entry.stamp().writer().equals(from) && isOfTheFuture(entry, settings, now)) {
      return Optional.of(
          "'"
              + entry.key()
              + "' is written "
              + -entry.age(now)
              + " ms from now: set the clocks of both peers");
    }
    return fault(entry.key(), version).or(() -> settings.tooLarge(entry.key(), entry.value()));
  }

  /** Whether it was written so far in the future that clocks differ by more than they may. */
  static boolean isOfTheFuture(AppEntry entry, GossipSettings settings, long now) {
    return entry.age(now) < -settings.tombstoneMillis();
  }
}
