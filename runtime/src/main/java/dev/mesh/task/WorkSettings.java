package dev.mesh.task;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How this peer runs tasks: {@code mesh.work} of the configuration, whose {@code reference.conf}
 * says what each value means.
 *
 * @param slots handlers that run at once
 * @param queue waiting tasks up to which the peer bids for more
 * @param maxHeld tasks that are waiting, running or not yet confirmed; more are refused
 * @param maxHeldBytes payloads and results of those
 * @param executionLog where each start of a handler is noted
 */
public record WorkSettings(
    int slots,
    int queue,
    int maxHeld,
    long maxHeldBytes,
    int maxResult,
    Duration reportDelay,
    Duration reportAgain,
    boolean allowExec,
    Optional<Path> executionLog) {

  private static final Duration MS = Duration.ofMillis(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * The settings of {@code mesh.work} in {@code root}.
   *
   * @throws com.typesafe.config.ConfigException if one is out of bounds
   */
  public static WorkSettings of(Config root) {
    Checked work = Checked.section(root, "mesh.work");
    int slots = work.integer("slots", 0, 1_000);
    String log = work.config().getString("execution-log");
    return new WorkSettings(
        slots == 0 ? Runtime.getRuntime().availableProcessors() : slots,
        work.integer("queue", 0, 100_000),
        work.integer("max-held", 1, 1_000_000),
        work.bytes("max-held-bytes", 1 << 20, Long.MAX_VALUE),
        LedgerSettings.of(root).maxPayload(),
        work.duration("report-delay", MS, MINUTE),
        work.duration("report-again", MS, MINUTE),
        work.config().getBoolean("allow-exec"),
        log.isEmpty() ? Optional.empty() : Optional.of(work.parsed("execution-log", Path::of)));
  }
}
