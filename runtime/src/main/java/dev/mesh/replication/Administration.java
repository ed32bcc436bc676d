package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Effect;
import dev.mesh.protocols.raft.Input;
import dev.mesh.protocols.raft.Raft;
import dev.mesh.protocols.raft.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Changes of one replica's group, on their way through the core: who asked for which, and is
 * answered what. Bounded by the core, which takes one change at a time. Used by the group's actor
 * alone.
 */
final class Administration {
  private final GroupId group;
  private final PeerId self;
  private final Raft raft;
  private final Map<Long, ActorRef<GroupCall.AdminReply>> asked = new HashMap<>();

  /** Counts down: the numbers of callers' commands and reads count up. */
  private long lastId;

  Administration(GroupId group, PeerId self, Raft raft) {
    this.group = group;
    this.self = self;
    this.raft = raft;
  }

  Input reconfigure(GroupCall.Reconfigure call) {
    asked.put(--lastId, call.replyTo());
    return new Input.Reconfigure(lastId, call.next());
  }

  Input transfer(GroupCall.Transfer call) {
    asked.put(--lastId, call.replyTo());
    return new Input.TransferLeadership(lastId, call.to());
  }

  void report(GroupCall.Report call) {
    if (raft.role() != Role.LEADER) {
      call.replyTo().tell(notDone("this peer does not lead " + group));
      return;
    }
    Set<PeerId> caughtUp =
        raft.followers().entrySet().stream()
            .filter(follower -> follower.getValue().caughtUp())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    call.replyTo()
        .tell(
            new GroupCall.Reported(
                new GroupReport(
                    group,
                    self,
                    raft.term(),
                    raft.membership(),
                    raft.membershipIndex(),
                    raft.isMembershipCommitted(),
                    caughtUp)));
  }

  void done(Effect.Reconfigured done) {
    answer(done.id(), new GroupCall.Done(done.index()));
  }

  void done(Effect.LeadershipTransferred done) {
    answer(done.id(), new GroupCall.Done(0));
  }

  /** Whether what was refused was asked for here. */
  boolean refused(Effect.Refused refused) {
    return asked.containsKey(refused.id()) && answer(refused.id(), notDone(refused.why()));
  }

  private GroupCall.NotDone notDone(String why) {
    Optional<PeerId> leader = raft.leader().filter(peer -> !peer.equals(self));
    return new GroupCall.NotDone(raft.role() == Role.LEADER, leader, why);
  }

  private boolean answer(long id, GroupCall.AdminReply reply) {
    asked.remove(id).tell(reply);
    return true;
  }
}
