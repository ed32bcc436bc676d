package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Role;
import java.util.List;
import java.util.Optional;

/** What a replica shows of its group. Indexes are those of the group's log. */
public record GroupStatus(
    GroupId group,
    PeerId self,
    Role role,
    long term,
    Optional<PeerId> leader,
    long commitIndex,
    long appliedIndex,
    long lastIndex,
    List<PeerId> voters) {}
