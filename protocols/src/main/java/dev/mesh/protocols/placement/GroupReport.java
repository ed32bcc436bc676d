package dev.mesh.protocols.placement;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import java.util.Set;

/**
 * What the leader of a group says of it.
 *
 * @param leader who says it
 * @param term in which it leads
 * @param members the latest configuration in its log
 * @param membersIndex where in the group's log that is; 0 for the first
 * @param committed whether that configuration is committed; until then it cannot be changed
 * @param caughtUp the members, beside the leader, whose logs have come up to its own
 */
public record GroupReport(
    GroupId group,
    PeerId leader,
    long term,
    Membership members,
    long membersIndex,
    boolean committed,
    Set<PeerId> caughtUp) {
  public GroupReport {
    caughtUp = Set.copyOf(caughtUp);
  }
}
