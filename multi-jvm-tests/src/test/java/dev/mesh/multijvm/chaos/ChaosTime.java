package dev.mesh.multijvm.chaos;

import java.time.Duration;

/** How long chaos lasts: one round of faults, or for so many minutes as the profile chaos says. */
final class ChaosTime {
  /** The system property with the minutes. */
  static final String MINUTES = "mesh.chaos.minutes";

  private ChaosTime() {}

  static Duration asked() {
    return Duration.ofMinutes(Long.getLong(MINUTES, 0));
  }
}
