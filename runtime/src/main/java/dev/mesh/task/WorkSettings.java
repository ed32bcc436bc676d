package dev.mesh.task;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.dispatch.ThreadPoolConfig;

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

  private static final int MAX_SLOTS = 1_000;
  private static final String POOL = "thread-pool-executor";
  private static final Duration MS = Duration.ofMillis(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * The settings of {@code mesh.work} in {@code root}.
   *
   * @throws com.typesafe.config.ConfigException if one is out of bounds
   */
  public static WorkSettings of(Config root) {
    Checked work = Checked.section(root, "mesh.work");
    int slots = slots(work);
    String log = work.config().getString("execution-log");
    return new WorkSettings(
        slots,
        work.integer("queue", 0, 100_000),
        work.integer("max-held", 1, 1_000_000),
        work.bytes("max-held-bytes", 1 << 20, Long.MAX_VALUE),
        LedgerSettings.of(root).maxPayload(),
        work.duration("report-delay", MS, MINUTE),
        work.duration("report-again", MS, MINUTE),
        work.config().getBoolean("allow-exec"),
        log.isEmpty() ? Optional.empty() : Optional.of(work.parsed("execution-log", Path::of)));
  }

  /** What has no thread to run on would be shown as running while it waits. */
  private static int slots(Checked work) {
    int asked = work.integer("slots", 0, MAX_SLOTS);
    int slots = asked == 0 ? Runtime.getRuntime().availableProcessors() : asked;
    Config dispatcher = work.config().getConfig("dispatcher");
    if (dispatcher.getString("executor").equals(POOL)) {
      int threads = threads(dispatcher.getConfig(POOL));
      if (slots > threads) {
        throw work.refusal(
            "slots",
            slots,
            "handlers have %d threads; give as many or fewer, or raise %s"
                .formatted(
                    threads, "mesh.work.dispatcher.thread-pool-executor.core-pool-size-min"));
      }
    }
    return slots;
  }

  /** As Pekko reckons; the pool's queue has no bound, so it never grows beyond its core. */
  private static int threads(Config pool) {
    if (!pool.getString("fixed-pool-size").equals("off")) {
      return pool.getInt("fixed-pool-size");
    }
    return ThreadPoolConfig.scaledPoolSize(
        pool.getInt("core-pool-size-min"),
        pool.getDouble("core-pool-size-factor"),
        pool.getInt("core-pool-size-max"));
  }
}
