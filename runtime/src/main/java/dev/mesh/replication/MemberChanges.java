package dev.mesh.replication;

import static dev.mesh.replication.GroupChangeException.Reason.CONFLICT;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.replication.GroupOperations.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.pattern.Patterns;

/**
 * An operator's changes of a group's members, each made of single safe steps: a new voter learns
 * first (thesis §4.2.1). Every stage fails with {@link GroupChangeException}, or as {@link
 * GroupAdmin} does. Thread-safe.
 */
final class MemberChanges {
  private final GroupAdmin admin;
  private final ClassicActorSystemProvider system;
  private final OperationSettings settings;

  MemberChanges(GroupAdmin admin, ClassicActorSystemProvider system, OperationSettings settings) {
    this.admin = admin;
    this.system = system;
    this.settings = settings;
  }

  CompletionStage<Outcome> add(GroupId group, PeerId peer) {
    return settled(group)
        .thenCompose(
            report -> {
              Membership members = report.members();
              if (members.isVoter(peer)) {
                return done(Outcome.UNCHANGED);
              } else if (members.isMember(peer)) {
                return promote(group, peer);
              }
              Membership next = new Membership(members.voters(), with(members.learners(), peer));
              return admin.reconfigure(group, next).thenCompose(index -> promote(group, peer));
            });
  }

  private CompletionStage<Outcome> promote(GroupId group, PeerId peer) {
    return promote(group, peer, System.nanoTime() + settings.catchUpTimeout().toNanos());
  }

  private CompletionStage<Outcome> promote(GroupId group, PeerId peer, long deadline) {
    return admin
        .report(group)
        .thenCompose(
            report -> {
              Membership members = report.members();
              if (report.caughtUp().contains(peer) && report.committed()) {
                Membership next =
                    new Membership(with(members.voters(), peer), without(members.learners(), peer));
                return admin.reconfigure(group, next).thenApply(index -> Outcome.VOTER);
              } else if (!members.isMember(peer)) {
                throw refusal(peer + " was taken out of " + group + " again by another change");
              } else if (System.nanoTime() > deadline) {
                return done(Outcome.LEARNER);
              }
              return Patterns.after(
                  settings.catchUpInterval(), system, () -> promote(group, peer, deadline));
            });
  }

  CompletionStage<Outcome> remove(GroupId group, PeerId peer) {
    return settled(group)
        .thenCompose(
            report -> {
              Membership members = report.members();
              if (!members.isMember(peer)) {
                throw notAMember(group, peer, members);
              } else if (members.voters().equals(List.of(peer))) {
                throw refusal(
                    peer + " is the only voter of " + group + "; add another before it goes");
              }
              Membership next =
                  new Membership(
                      without(members.voters(), peer), without(members.learners(), peer));
              return admin.reconfigure(group, next).thenApply(index -> Outcome.REMOVED);
            });
  }

  CompletionStage<Outcome> transfer(GroupId group, PeerId peer) {
    return admin
        .report(group)
        .thenCompose(
            report -> {
              if (!report.members().isVoter(peer)) {
                throw notAMember(group, peer, report.members());
              } else if (report.leader().equals(peer)) {
                return done(Outcome.UNCHANGED);
              }
              return admin.transfer(group, peer).thenApply(given -> Outcome.LEADER);
            });
  }

  /** The report of a group whose members are not being changed. */
  private CompletionStage<GroupReport> settled(GroupId group) {
    return admin
        .report(group)
        .thenApply(
            report -> {
              if (!report.committed()) {
                throw refusal(
                    "a change of the members of " + group + " is under way; try again in a moment");
              }
              return report;
            });
  }

  private static GroupChangeException notAMember(GroupId group, PeerId peer, Membership members) {
    return refusal(
        "%s is no %s of %s, which has the voters %s and the learners %s"
            .formatted(
                peer,
                members.isMember(peer) ? "voter" : "member",
                group,
                members.voters(),
                members.learners()));
  }

  private static GroupChangeException refusal(String why) {
    return new GroupChangeException(CONFLICT, why);
  }

  private static CompletionStage<Outcome> done(Outcome outcome) {
    return CompletableFuture.completedStage(outcome);
  }

  private static List<PeerId> with(List<PeerId> peers, PeerId another) {
    List<PeerId> more = new ArrayList<>(peers);
    more.add(another);
    return more;
  }

  private static List<PeerId> without(List<PeerId> peers, PeerId one) {
    return peers.stream().filter(peer -> !peer.equals(one)).toList();
  }
}
