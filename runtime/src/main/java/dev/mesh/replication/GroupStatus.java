package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Role;
import java.util.Map;
import java.util.Optional;

/**
 * What a replica shows of its group. Indexes are those of the group's log.
 *
 * @param members the latest in its log
 * @param match how far each follower is known to hold the log on disk; empty unless it leads and
 *     was asked
 */
public record GroupStatus(
    GroupId group,
    PeerId self,
    Role role,
    long term,
    Optional<PeerId> leader,
    long commitIndex,
    long appliedIndex,
    long lastIndex,
    Membership members,
    Map<PeerId, Long> match) {
  public GroupStatus {
    match = Map.copyOf(match);
  }
}
