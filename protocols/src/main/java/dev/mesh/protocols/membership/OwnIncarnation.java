package dev.mesh.protocols.membership;

import dev.mesh.protocols.membership.FailureDetector.Health;
import java.util.Optional;

/** A detector's own incarnation, which it raises to refute what others say of it. */
final class OwnIncarnation {
  private Incarnation is;

  /** The latest that it knows was declared failed. */
  private Optional<Incarnation> condemned = Optional.empty();

  OwnIncarnation(long life) {
    is = Incarnation.first(life);
  }

  Incarnation is() {
    return is;
  }

  /** Whether it is accused, in this life. */
  boolean isAccusedBy(HealthUpdate update) {
    return update.health() != Health.UP && update.incarnation().life() == is.life();
  }

  /** Gives whether the accusation is not refuted yet; now it is. */
  boolean refutes(HealthUpdate accusation) {
    boolean refutes = accusation.incarnation().compareTo(is) >= 0;
    if (refutes) {
      is = accusation.incarnation().refuting();
    }
    return refutes;
  }

  /** Whether this says, for the first time, that it was declared failed. */
  boolean isCondemnedBy(HealthUpdate accusation) {
    Incarnation accused = accusation.incarnation();
    boolean anew =
        accusation.health() == Health.FAILED
            && condemned.filter(it -> it.compareTo(accused) >= 0).isEmpty();
    if (anew) {
      condemned = Optional.of(accused);
    }
    return anew;
  }
}
