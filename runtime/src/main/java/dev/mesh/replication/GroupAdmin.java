package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import java.util.concurrent.CompletionStage;

/**
 * How the members of any group of the mesh are changed, from whichever peer: each call is carried
 * out by the group's leader. Every stage completes or fails within {@code
 * mesh.replication.call-timeout}: with {@link GroupChangeException} if the leader refuses what was
 * asked, with {@link dev.mesh.persistence.replicated.ReplicatedLogException} if none answers.
 * Thread-safe.
 */
public interface GroupAdmin {

  /**
   * Gives the group its next members: one voter more or fewer, or other learners. Completes with
   * the index of the configuration in the group's log once that is committed.
   */
  CompletionStage<Long> reconfigure(GroupId group, Membership next);

  /** Has the leader hand over to {@code to}, a voter. Completes once it no longer leads. */
  CompletionStage<Void> transfer(GroupId group, PeerId to);

  /** How the group stands, from its leader. */
  CompletionStage<GroupReport> report(GroupId group);
}
