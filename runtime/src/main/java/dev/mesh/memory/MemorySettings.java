package dev.mesh.memory;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.replicated.memory.MemoryBound;
import java.time.Duration;

/**
 * The bounds of the shared memory: {@code mesh.memory} in {@code reference.conf}, which says what
 * each value means and its unit.
 *
 * @param bound of one group's memory
 * @param groups into how many groups namespaces are divided: {@code mesh.replication.groups}
 */
public record MemorySettings(
    int maxKeyBytes,
    int maxValueBytes,
    MemoryBound bound,
    int maxPageBytes,
    int maxWatches,
    int maxExpired,
    Duration watchInterval,
    Duration expiryInterval,
    int groups) {
  private static final int MIB = 1024 * 1024;

  /** What a command has beside key, namespace and value. */
  private static final int OVERHEAD = 256;

  /**
   * Reads and checks the section {@code mesh.memory} of {@code root}.
   *
   * @throws ConfigException naming the key, the value and the remedy, if one is out of bounds
   */
  public static MemorySettings of(Config root) {
    Checked memory = Checked.section(root, "mesh.memory");
    MemorySettings settings =
        new MemorySettings(
            (int) memory.bytes("max-key-bytes", 16, 16 * 1024),
            (int) memory.bytes("max-value-bytes", 1, 64L * MIB),
            new MemoryBound(
                memory.integer("max-keys", 1, Integer.MAX_VALUE),
                memory.bytes("max-bytes", MIB, Long.MAX_VALUE)),
            (int) memory.bytes("max-page-bytes", 1024, MIB),
            memory.integer("max-watches", 0, 100_000),
            memory.integer("max-expired", 1, 1000),
            memory.duration("watch-interval", Duration.ofMillis(10), Duration.ofMinutes(1)),
            memory.duration("expiry-interval", Duration.ofMillis(100), Duration.ofHours(1)),
            Checked.section(root, "mesh.replication").integer("groups", 1, 1024));
    long largest =
        Math.min(
            root.getBytes("mesh.replication.max-command-bytes"),
            root.getBytes("mesh.replication.max-message-bytes"));
    long needed = settings.maxValueBytes + 2L * settings.maxKeyBytes + OVERHEAD;
    if (needed > largest) {
      throw memory.refusal(
          "max-value-bytes",
          settings.maxValueBytes,
          "with its key it takes up to "
              + needed
              + " bytes, more than mesh.replication.max-command-bytes or max-message-bytes");
    }
    return settings;
  }
}
