package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.Optional;

/** What no peer of this mesh and release says in a {@link Heartbeat}. */
final class HeartbeatRules {
  /** Beyond any number of accusations that a peer can refute in a life. */
  static final long MAX_REFUTATIONS = 1L << 40;

  private HeartbeatRules() {}

  /** What is wrong with a message; empty if nothing is. */
  static Optional<String> fault(Heartbeat message) {
    if (message.updates().size() > Heartbeat.MAX_UPDATES) {
      return Optional.of(message.updates().size() + " updates, more than " + Heartbeat.MAX_UPDATES);
    } else if (isAbsurd(message.incarnation())) {
      return Optional.of("its incarnation " + message.incarnation());
    } else if (message instanceof Heartbeat.AskConfirmation it) {
      return fault(it.from(), it.suspect(), it.suspectIncarnation());
    } else if (message instanceof Heartbeat.Confirmation it) {
      return fault(it.from(), it.suspect(), it.suspectIncarnation());
    }
    return message.updates().stream().flatMap(update -> fault(update).stream()).findFirst();
  }

  private static Optional<String> fault(PeerId from, PeerId suspect, Incarnation suspected) {
    if (suspect.equals(from)) {
      return Optional.of("a suspicion of itself");
    }
    return isAbsurd(suspected)
        ? Optional.of("the incarnation " + suspected + " of " + suspect)
        : Optional.empty();
  }

  private static Optional<String> fault(HealthUpdate update) {
    boolean itself = update.by().equals(update.peer());
    if (isAbsurd(update.incarnation())) {
      return Optional.of("the incarnation " + update.incarnation() + " of " + update.peer());
    } else if (itself != (update.health() == Health.UP)) {
      return Optional.of(update.peer() + " " + update.health() + " by the word of " + update.by());
    }
    return Optional.empty();
  }

  private static boolean isAbsurd(Incarnation incarnation) {
    return incarnation.refutation() < 0 || incarnation.refutation() > MAX_REFUTATIONS;
  }
}
