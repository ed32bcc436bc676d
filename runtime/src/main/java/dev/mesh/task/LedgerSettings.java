package dev.mesh.task;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import java.time.Duration;

/**
 * How ledgers keep tasks: {@code mesh.tasks} of the configuration, whose {@code reference.conf}
 * says what each value means.
 *
 * @param maxOpen tasks of one ledger that have not ended
 * @param maxBytes heap that one ledger's tasks take
 */
public record LedgerSettings(
    int ledgers,
    int maxPayload,
    int maxOpen,
    long maxBytes,
    Duration retention,
    Duration retryBackoffMin,
    Duration retryBackoffMax,
    int maxLosses,
    Duration lostAfter,
    Duration resendAfter,
    Duration checkEvery,
    Duration callTimeout,
    Duration wakeInterval,
    Duration handOffTimeout,
    int maxWaiting,
    long maxWaitingBytes,
    int snapshotEvery,
    String journal,
    String snapshotStore) {

  /** The most bytes of payloads and results in one message or one write. */
  public static final int MAX_BATCH_BYTES = 256 * 1024;

  /** The most tasks in one message or one write. */
  public static final int MAX_BATCH = 512;

  private static final Duration MS = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /**
   * The settings of {@code mesh.tasks} in {@code root}.
   *
   * @throws com.typesafe.config.ConfigException if one is out of bounds
   */
  public static LedgerSettings of(Config root) {
    Checked tasks = Checked.section(root, "mesh.tasks");
    return new LedgerSettings(
        tasks.integer("ledgers", 1, 1024),
        (int) tasks.bytes("max-payload", 1, MAX_BATCH_BYTES / 2),
        tasks.integer("max-open", 1, 1_000_000),
        tasks.bytes("max-bytes", 1 << 20, Long.MAX_VALUE),
        tasks.duration("retention", Duration.ZERO, Duration.ofDays(365)),
        tasks.duration("retry-backoff-min", MS, HOUR),
        tasks.duration("retry-backoff-max", MS, HOUR),
        tasks.integer("max-losses", 1, 1000),
        tasks.duration("lost-after", MS, HOUR),
        tasks.duration("resend-after", MS, HOUR),
        tasks.duration("check-every", MS, HOUR),
        tasks.duration("call-timeout", MS, HOUR),
        tasks.duration("wake-interval", MS, HOUR),
        tasks.duration("hand-off-timeout", Duration.ofSeconds(1), HOUR),
        tasks.integer("max-waiting", 1, 1_000_000),
        tasks.bytes("max-waiting-bytes", MAX_BATCH_BYTES, Long.MAX_VALUE),
        tasks.integer("snapshot-every", 10, Integer.MAX_VALUE),
        tasks.config().getString("journal"),
        tasks.config().getString("snapshot-store"));
  }

  /** How long to wait before the try that follows {@code failures} failed ones, in milliseconds. */
  long backoffMillis(int failures) {
    long doubled = retryBackoffMin.toMillis() << Math.min(failures - 1, 20);
    return Math.min(doubled, retryBackoffMax.toMillis());
  }
}
