package dev.mesh.replication;

import dev.mesh.persistence.Checked;
import dev.mesh.persistence.replicated.Slices;
import dev.mesh.protocols.raft.RaftSettings;
import java.time.Duration;

/**
 * How this peer takes part in replication groups: {@code mesh.replication} in {@code
 * reference.conf}, which says what each value means and its unit.
 */
public record GroupSettings(
    int groups,
    Duration callTimeout,
    Duration retryAfter,
    Duration retryTick,
    Duration directoryInterval,
    int maxPendingCalls,
    long maxPendingBytes,
    int maxMessageBytes,
    int maxBlockBytes,
    long logBytesInHeap,
    int snapshotChunkBytes,
    LinkSettings link,
    RaftSettings raft) {
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MIB = 1024 * 1024;

  /** Headers, names and numbers beside the bytes that are bounded. */
  private static final int FRAME_SLACK = 64 * 1024;

  public static GroupSettings of(Checked replication) {
    GroupSettings settings = read(replication);
    RaftSettings raft = settings.raft;
    long least = raft.maxUncommittedBytes() + 2 * settings.logBytesInHeap;
    if (raft.maxLogBytes() < least) {
      throw replication.refusal(
          "raft.max-log-bytes",
          raft.maxLogBytes(),
          "at least " + least + ", that is raft.max-uncommitted-bytes and twice log-bytes-in-heap");
    }
    return settings;
  }

  private static GroupSettings read(Checked replication) {
    return new GroupSettings(
        replication.integer("groups", 1, Slices.COUNT),
        replication.duration("call-timeout", Duration.ofMillis(100), MINUTE),
        replication.duration("retry-after", Duration.ofMillis(50), MINUTE),
        replication.duration("retry-tick", MILLI, MINUTE),
        replication.duration("directory-interval", Duration.ofMillis(50), MINUTE),
        replication.integer("max-pending-calls", 1, 10_000_000),
        replication.bytes("max-pending-bytes", MIB, 1024L * MIB),
        (int) replication.bytes("max-message-bytes", 1024, 64L * MIB),
        (int) replication.bytes("max-block-bytes", 1024, 64L * MIB),
        replication.bytes("log-bytes-in-heap", MIB, 1024L * MIB),
        (int) replication.bytes("snapshot-chunk-bytes", 1024, 16L * MIB),
        linkSettings(replication),
        raft(replication));
  }

  /**
   * The largest message between replicas: a full append, one large entry, or part of a snapshot.
   */
  int maxFrameBytes() {
    int append = Math.max(raft.maxBytesPerAppend(), raft.maxEntryBytes());
    return Math.max(append, snapshotChunkBytes) + FRAME_SLACK;
  }

  private static LinkSettings linkSettings(Checked replication) {
    try {
      return LinkSettings.of(replication.sub("link"));
    } catch (IllegalArgumentException e) {
      throw replication.refusal("link", "inconsistent", e.getMessage());
    }
  }

  private static RaftSettings raft(Checked replication) {
    Checked raft = replication.sub("raft");
    try {
      return new RaftSettings(
          raft.duration("election-timeout-min", MILLI, MINUTE).toMillis(),
          raft.duration("election-timeout-max", MILLI, MINUTE).toMillis(),
          raft.duration("heartbeat-interval", MILLI, MINUTE).toMillis(),
          (int) raft.bytes("max-bytes-per-append", 1024, 64L * MIB),
          raft.integer("max-inflight-messages", 1, 10_000),
          raft.integer("max-inflight-entries", 1, 1_000_000),
          raft.bytes("max-inflight-bytes", 1024, 1024L * MIB),
          (int) raft.bytes("max-entry-bytes", 1024, 64L * MIB),
          raft.bytes("max-uncommitted-bytes", 1024, 1024L * MIB),
          raft.bytes("max-log-bytes", 1024, 4096L * MIB),
          (int) raft.bytes("max-bytes-per-apply", 1024, 64L * MIB),
          raft.integer("max-pending-reads", 1, 1_000_000),
          raft.config().getBoolean("lease-reads"),
          raft.duration("lease-margin", MILLI, MINUTE).toMillis());
    } catch (IllegalArgumentException e) {
      throw replication.refusal("raft", "inconsistent", e.getMessage());
    }
  }
}
