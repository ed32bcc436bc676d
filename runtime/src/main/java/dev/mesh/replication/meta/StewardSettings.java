package dev.mesh.replication.meta;

import dev.mesh.persistence.Checked;
import java.time.Duration;

/**
 * How replicas are looked after: {@code mesh.replication.steward} in {@code reference.conf}, which
 * says what each value means and its unit.
 */
public record StewardSettings(
    Duration interval,
    Duration replaceAfter,
    int maxMoves,
    Duration reportTimeout,
    Duration transferPause) {
  private static final Duration SHORTEST = Duration.ofMillis(50);

  public static StewardSettings of(Checked steward) {
    return new StewardSettings(
        steward.duration("interval", SHORTEST, Duration.ofMinutes(1)),
        steward.duration("replace-after", Duration.ofSeconds(1), Duration.ofDays(30)),
        steward.integer("max-moves", 1, 1000),
        steward.duration("report-timeout", SHORTEST, Duration.ofMinutes(1)),
        steward.duration("transfer-pause", SHORTEST, Duration.ofHours(1)));
  }
}
