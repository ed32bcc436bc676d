package dev.mesh.protocols.membership;

import java.util.List;

/**
 * How a peer finds others.
 *
 * @param meshName the name that all peers of the mesh are started with
 * @param protocolVersion of what peers say to each other
 * @param seeds host:port of contacts to begin with
 * @param contactTimeoutMillis after so long a silence a contact is not counted as reachable
 * @param fanout how many contacts hear a hello at each tick once this peer is settled
 * @param formAfterMillis how long known contacts are waited for before a cluster is formed without
 *     their word
 * @param joinRetryMillis how long an attempt to enter the cluster may take before the next
 * @param restartAfterMillis how long this peer must be outside the better cluster before it leaves
 *     its own for it
 */
public record DiscoverySettings(
    String meshName,
    int protocolVersion,
    List<String> seeds,
    long contactTimeoutMillis,
    int fanout,
    long formAfterMillis,
    long joinRetryMillis,
    long restartAfterMillis) {
  public DiscoverySettings {
    seeds = List.copyOf(seeds);
    if (contactTimeoutMillis < 1
        || fanout < 1
        || formAfterMillis < 0
        || joinRetryMillis < 1
        || restartAfterMillis < 0) {
      throw new IllegalArgumentException("discovery times and fanout must be positive");
    }
  }
}
