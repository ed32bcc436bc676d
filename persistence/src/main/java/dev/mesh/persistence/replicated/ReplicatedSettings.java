package dev.mesh.persistence.replicated;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import java.time.Duration;

/**
 * The bounds of what a group of peers keeps: {@code mesh.persistence.replicated}, and what it needs
 * of {@code mesh.replication}. Each {@code of} refuses what is out of bounds with an error that
 * names the key, the value and the remedy.
 *
 * @param groups how many groups share the slices
 * @param maxCommandBytes the largest command that a group takes
 * @param retryTimeout how long a call whose outcome is unknown is made again
 * @param claimsKept persistence ids whose claims an actor system remembers
 */
public record ReplicatedSettings(
    int groups, int maxCommandBytes, Duration retryTimeout, int claimsKept, Machine machine) {
  private static final String SECTION = "mesh.persistence.replicated";
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final int MAX_PAGE_BYTES = 960 * KIB;
  private static final int MAX_KEPT = 100_000_000;

  /** Reads the configuration of an application. */
  public static ReplicatedSettings of(Config application) {
    Checked replication = Checked.section(application, "mesh.replication");
    Checked replicated = Checked.section(application, SECTION);
    return new ReplicatedSettings(
        replication.integer("groups", 1, Slices.COUNT),
        (int) replication.bytes("max-command-bytes", KIB, 64L * MIB),
        replicated.duration("retry-timeout", Duration.ofMillis(100), Duration.ofMinutes(10)),
        replicated.integer("claims-kept", 1, MAX_KEPT),
        Machine.of(application));
  }

  /** Checks all sections, those of the plugins in their usual places included. */
  public static void check(Config application) {
    of(application);
    JournalPlugin.of(application.getConfig(SECTION + ".journal"));
    SnapshotStorePlugin.of(application.getConfig(SECTION + ".snapshot-store"));
    QueryPlugin.of(application.getConfig(SECTION + ".query"));
  }

  /**
   * What each replica keeps in memory.
   *
   * @param cachedHeaders persistence ids whose state needs no reading from disk
   * @param maxUnwrittenBytes applied changes that may wait for the store
   * @param partBytes an application's machine is stored in parts of this size
   */
  public record Machine(int cachedHeaders, long maxUnwrittenBytes, int partBytes) {
    public static Machine of(Config application) {
      Checked machine = Checked.section(application, SECTION + ".machine");
      return new Machine(
          machine.integer("cached-headers", 1, MAX_KEPT),
          machine.bytes("max-unwritten-bytes", 64 * KIB, 1024L * MIB),
          (int) machine.bytes("part", 4 * KIB, 16L * MIB));
    }
  }

  /**
   * A journal plugin.
   *
   * @param pageBytes events are read in pages of this size
   * @param rejectionsKept persistent actors with rejected events at their end that are remembered
   */
  public record JournalPlugin(int pageBytes, int rejectionsKept) {
    public static JournalPlugin of(Config plugin) {
      Checked journal = Checked.of(plugin, SECTION + ".journal");
      return new JournalPlugin(
          (int) journal.bytes("replay-page", KIB, MAX_PAGE_BYTES),
          journal.integer("rejections-kept", 1, MAX_KEPT));
    }
  }

  /**
   * A snapshot store plugin.
   *
   * @param partBytes snapshots travel in parts of this size
   * @param maxSnapshotBytes the largest snapshot
   */
  public record SnapshotStorePlugin(int partBytes, long maxSnapshotBytes) {
    public static SnapshotStorePlugin of(Config plugin) {
      Checked store = Checked.of(plugin, SECTION + ".snapshot-store");
      return new SnapshotStorePlugin(
          (int) store.bytes("part", KIB, MAX_PAGE_BYTES),
          store.bytes("max-snapshot", KIB, 1024L * MIB));
    }
  }

  /**
   * A query plugin.
   *
   * @param pageBytes events are read in pages of this size
   * @param idsAtOnce persistence ids are read this many at a time
   * @param refreshMin how long a live query that has seen all waits at first
   * @param refreshMax how long it waits after it has found nothing time and again
   */
  public record QueryPlugin(
      int pageBytes, int idsAtOnce, Duration refreshMin, Duration refreshMax) {
    public static QueryPlugin of(Config plugin) {
      Checked query = Checked.of(plugin, SECTION + ".query");
      Duration refreshMin =
          query.duration("refresh-min", Duration.ofMillis(1), Duration.ofMinutes(1));
      return new QueryPlugin(
          (int) query.bytes("page", KIB, MAX_PAGE_BYTES),
          query.integer("ids", 1, 100_000),
          refreshMin,
          query.duration("refresh-max", refreshMin, Duration.ofMinutes(1)));
    }
  }
}
