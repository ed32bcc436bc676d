package dev.mesh.task;

import com.typesafe.config.Config;
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

  /** The settings of {@code mesh.work} in {@code root}. */
  public static WorkSettings of(Config root) {
    Config work = root.getConfig("mesh.work");
    int slots = work.getInt("slots");
    String log = work.getString("execution-log");
    return new WorkSettings(
        slots == 0 ? Runtime.getRuntime().availableProcessors() : slots,
        work.getInt("queue"),
        work.getInt("max-held"),
        work.getBytes("max-held-bytes"),
        Math.toIntExact(root.getBytes("mesh.tasks.max-payload")),
        work.getDuration("report-delay"),
        work.getDuration("report-again"),
        work.getBoolean("allow-exec"),
        log.isEmpty() ? Optional.empty() : Optional.of(Path.of(log)));
  }
}
