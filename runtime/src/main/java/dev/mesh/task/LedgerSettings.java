package dev.mesh.task;

import com.typesafe.config.Config;
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
    int maxWaiting,
    long maxWaitingBytes,
    int snapshotEvery,
    String journal,
    String snapshotStore) {

  /** The most bytes of payloads and results in one message or one write. */
  public static final int MAX_BATCH_BYTES = 256 * 1024;

  /** The most tasks in one message or one write. */
  public static final int MAX_BATCH = 512;

  /** The settings of {@code mesh.tasks} in {@code root}. */
  public static LedgerSettings of(Config root) {
    Config tasks = root.getConfig("mesh.tasks");
    return new LedgerSettings(
        tasks.getInt("ledgers"),
        Math.toIntExact(tasks.getBytes("max-payload")),
        tasks.getInt("max-open"),
        tasks.getBytes("max-bytes"),
        tasks.getDuration("retention"),
        tasks.getDuration("retry-backoff-min"),
        tasks.getDuration("retry-backoff-max"),
        tasks.getInt("max-losses"),
        tasks.getDuration("lost-after"),
        tasks.getDuration("resend-after"),
        tasks.getDuration("check-every"),
        tasks.getDuration("call-timeout"),
        tasks.getDuration("wake-interval"),
        tasks.getInt("max-waiting"),
        tasks.getBytes("max-waiting-bytes"),
        tasks.getInt("snapshot-every"),
        tasks.getString("journal"),
        tasks.getString("snapshot-store"));
  }

  /** How long to wait before the try that follows {@code failures} failed ones, in milliseconds. */
  long backoffMillis(int failures) {
    long doubled = retryBackoffMin.toMillis() << Math.min(failures - 1, 20);
    return Math.min(doubled, retryBackoffMax.toMillis());
  }
}
