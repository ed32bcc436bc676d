package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Health;

/**
 * What is said of a peer's health (SWIM, Das et al. 2002, §4.2). Of two updates on one peer that of
 * the later incarnation counts, of equal incarnations the worse one: so updates may arrive in any
 * order, twice or late, and all who have heard the same hold the same. An accusation is overcome by
 * a higher incarnation alone, which only the accused can give.
 *
 * @param by who says it: the accused itself, or the observer that accuses
 */
public record HealthUpdate(PeerId peer, Incarnation incarnation, Health health, PeerId by) {

  boolean overrides(HealthUpdate other) {
    int order = incarnation.compareTo(other.incarnation);
    return order > 0 || (order == 0 && health.compareTo(other.health) > 0);
  }

  /** Whether this is a suspicion of an incarnation that something was said of before. */
  boolean repeatsAccusation(HealthUpdate before) {
    return health == Health.SUSPECT && before.incarnation.equals(incarnation);
  }
}
