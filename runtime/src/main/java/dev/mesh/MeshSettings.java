package dev.mesh;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.mesh.memory.MemorySettings;
import dev.mesh.peer.AuctionActor.AuctionSettings;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.protocols.gossip.GossipSettings;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.OverlaySettings;
import dev.mesh.protocols.membership.Reputation;
import dev.mesh.protocols.membership.ReputationSettings;
import dev.mesh.replication.GroupSettings;
import dev.mesh.replication.OperationSettings;
import dev.mesh.replication.meta.StewardSettings;
import dev.mesh.task.LedgerSettings;
import dev.mesh.task.WorkSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * All that can be set of a peer: the section {@code mesh} of the configuration, whose {@code
 * reference.conf} says what each value means. {@link #of} checks every value.
 */
public record MeshSettings(
    String name,
    String peerName,
    String zone,
    Set<String> capabilities,
    List<String> seeds,
    int expect,
    boolean manageCluster,
    Path dataDir,
    Duration discoveryInterval,
    Duration contactTimeout,
    int discoveryFanout,
    Duration joinRetry,
    Duration readOnlyAfter,
    Duration downAfter,
    HeartbeatSettings heartbeat,
    Duration gossipInterval,
    GossipSettings gossip,
    Duration overlayInterval,
    OverlaySettings overlay,
    ReputationSettings reputation,
    double distrustBelow,
    GroupSettings replication,
    OperationSettings operations,
    StewardSettings steward,
    Duration groupTimeout,
    LedgerSettings tasks,
    WorkSettings work,
    AuctionSettings auction,
    MemorySettings memory,
    int eventsKept) {
  private static final Pattern HOST_PORT = Pattern.compile("[^\\s:/@]+:\\d{1,5}");

  /**
   * Reads and checks the section {@code mesh} of {@code root}.
   *
   * @throws ConfigException naming the key, the value and the remedy, if one is out of bounds
   */
  public static MeshSettings of(Config root) {
    Checked mesh = Checked.section(root, "mesh");
    Checked discovery = mesh.sub("discovery");
    Checked partition = mesh.sub("partition");
    Checked gossip = mesh.sub("gossip");
    ReplicatedSettings.check(root);
    return new MeshSettings(
        mesh.text("name", "[A-Za-z0-9._-]{1,40}", "1 to 40 letters, digits, '.', '_' or '-'"),
        mesh.text("peer-name", "[A-Za-z0-9._-]{1,40}", "1 to 40 letters, digits, '.', '_' or '-'"),
        mesh.text("zone", "[A-Za-z0-9._-]{1,40}", "1 to 40 letters, digits, '.', '_' or '-'"),
        Set.copyOf(mesh.config().getStringList("capabilities")),
        seeds(mesh),
        mesh.integer("expect", 0, 9),
        mesh.config().getBoolean("manage-cluster"),
        mesh.parsed("data-dir", Path::of),
        discovery.duration("interval", Duration.ofMillis(50), Duration.ofSeconds(60)),
        discovery.duration("contact-timeout", Duration.ofMillis(200), Duration.ofMinutes(5)),
        discovery.integer("fanout", 1, 64),
        discovery.duration("join-retry", Duration.ofMillis(500), Duration.ofMinutes(5)),
        partition.duration("read-only-after", Duration.ZERO, Duration.ofMinutes(5)),
        partition.duration("down-after", Duration.ofMillis(100), Duration.ofHours(24)),
        heartbeat(mesh.sub("heartbeat")),
        gossip.duration("interval", Duration.ofMillis(200), Duration.ofMinutes(1)),
        gossip(gossip),
        mesh.sub("overlay").duration("interval", Duration.ofMillis(50), Duration.ofMinutes(1)),
        overlay(mesh.sub("overlay")),
        reputation(mesh.sub("reputation")),
        mesh.sub("reputation").fraction("distrust-below"),
        GroupSettings.of(mesh.sub("replication")),
        OperationSettings.of(mesh.sub("replication").sub("operations")),
        StewardSettings.of(mesh.sub("replication").sub("steward")),
        mesh.sub("replication")
            .duration("group-timeout", Duration.ofSeconds(1), Duration.ofHours(1)),
        LedgerSettings.of(root),
        WorkSettings.of(root),
        AuctionSettings.of(root),
        MemorySettings.of(root),
        mesh.sub("events").integer("kept", 10, 100_000));
  }

  private static GossipSettings gossip(Checked gossip) {
    try {
      return new GossipSettings(
          gossip.integer("fanout", 1, 16),
          gossip.integer("rumour-factor", 0, 16),
          gossip.integer("anti-entropy-rounds", 1, 100),
          (int) gossip.bytes("max-message-bytes", 8 * 1024, GossipSettings.MAX_MESSAGE_BYTES),
          gossip.integer("max-peers", 1, 1_000_000),
          gossip.integer("max-entries", 0, 1_000_000),
          (int) gossip.bytes("max-key-bytes", 1, 16 * 1024),
          (int) gossip.bytes("max-value-bytes", 0, 512 * 1024),
          gossip
              .duration("tombstone-retention", Duration.ofMinutes(1), Duration.ofDays(30))
              .toMillis());
    } catch (IllegalArgumentException e) { // one bound does not fit another
      throw gossip.refusal(
          "max-message-bytes", gossip.config().getBytes("max-message-bytes"), e.getMessage());
    }
  }

  private static OverlaySettings overlay(Checked overlay) {
    int least = overlay.integer("min-neighbours", 3, 16);
    int wanted = overlay.integer("wanted-neighbours", least, OverlaySettings.MOST_NEIGHBOURS);
    int most = overlay.integer("max-neighbours", wanted, OverlaySettings.MOST_NEIGHBOURS);
    int candidates = overlay.integer("candidates", 2 * most, 1000);
    int silent = overlay.integer("silent-rounds", 1, 100);
    return new OverlaySettings(
        least,
        wanted,
        most,
        candidates,
        overlay.integer("exchanged", 2, Math.min(candidates, OverlaySettings.MOST_EXCHANGED)),
        silent,
        overlay.integer("answer-rounds", 1, 100),
        overlay.integer("max-age", silent, OverlaySettings.MOST_AGE));
  }

  private static ReputationSettings reputation(Checked reputation) {
    return new ReputationSettings(
        reputation.duration("half-life", Duration.ofSeconds(1), Duration.ofDays(30)).toMillis(),
        reputation.integer("opinions", 1, Reputation.MAX_OPINIONS));
  }

  private static HeartbeatSettings heartbeat(Checked heartbeat) {
    Duration interval =
        heartbeat.duration("interval", Duration.ofMillis(50), Duration.ofMinutes(1));
    Duration timeout =
        heartbeat.duration("timeout", Duration.ofMillis(100), Duration.ofMinutes(10));
    if (timeout.compareTo(interval) <= 0) {
      throw heartbeat.refusal(
          "timeout", timeout, "give more than mesh.heartbeat.interval, " + interval);
    }
    return new HeartbeatSettings(
        interval,
        timeout,
        heartbeat.integer("observers", 1, 64),
        heartbeat.integer("max-local-health", 0, 16),
        heartbeat.integer("retransmit-factor", 1, 16));
  }

  private static List<String> seeds(Checked mesh) {
    List<String> seeds = List.copyOf(mesh.config().getStringList("seeds"));
    for (String seed : seeds) {
      if (!HOST_PORT.matcher(seed).matches() || port(seed) < 1 || port(seed) > 65_535) {
        throw mesh.refusal("seeds", "'" + seed + "'", "give host:port, for example 10.0.0.5:7600");
      }
    }
    return seeds;
  }

  private static int port(String hostPort) {
    return Integer.parseInt(hostPort.substring(hostPort.lastIndexOf(':') + 1));
  }
}
