package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Optional;

/**
 * What a hello says of the sender's cluster.
 *
 * @param clustered whether the sender is a member of a cluster
 * @param counted the peers that the mesh counts and that are reachable members of that cluster,
 *     sorted
 * @param includesReceiver whether the receiver is a member of it, reachable or not
 * @param former whom the sender, outside, votes for to form a cluster because there is none, or to
 *     let it into one that has no majority
 */
public record ClusterReport(
    boolean clustered, List<PeerId> counted, boolean includesReceiver, Optional<PeerId> former) {
  public ClusterReport {
    counted = List.copyOf(counted);
  }
}
