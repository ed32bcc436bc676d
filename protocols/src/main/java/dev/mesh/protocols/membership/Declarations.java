package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is declared when an update overrides what was known of a peer. */
final class Declarations {
  private Declarations() {}

  /**
   * A later life ends the earlier one; a failure counts each time, any other health when it
   * changes.
   *
   * @param before empty if nothing was known
   * @param confirmedBy by whom, where this peer declares a failure itself
   */
  static List<Effect> of(
      Optional<HealthUpdate> before, HealthUpdate update, Set<PeerId> confirmedBy) {
    List<Effect> declared = new ArrayList<>();
    PeerId peer = update.peer();
    Incarnation is = update.incarnation();
    boolean newLife = before.filter(it -> it.incarnation().life() == is.life()).isEmpty();
    if (newLife && before.filter(it -> it.health() != Health.FAILED).isPresent()) {
      declared.add(new Effect.PeerFailed(peer, before.get().incarnation(), update.by(), Set.of()));
    }
    boolean changed = newLife || before.get().health() != update.health();
    if (update.health() == Health.FAILED) {
      declared.add(new Effect.PeerFailed(peer, is, update.by(), confirmedBy));
    } else if (changed && update.health() == Health.SUSPECT) {
      declared.add(new Effect.PeerSuspected(peer, is, update.by()));
    } else if (changed) {
      declared.add(new Effect.PeerAlive(peer, is));
    }
    return declared;
  }
}
