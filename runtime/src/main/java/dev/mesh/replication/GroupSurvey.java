package dev.mesh.replication;

import dev.mesh.peer.PeerRefs;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.raft.Membership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * Asks all replicas of all groups how they stand, each for itself, so that there is an answer with
 * and without a majority. One small message for each replica. Thread-safe.
 */
final class GroupSurvey {
  private final ActorSystem<?> system;
  private final PeerRefs refs;
  private final Duration patience;

  /**
   * @param patience how long a replica has to answer
   */
  GroupSurvey(ActorSystem<?> system, PeerRefs refs, Duration patience) {
    this.system = system;
    this.refs = refs;
    this.patience = patience;
  }

  /** Completes, never fails, with every group of the directory in order. */
  CompletionStage<List<GroupStanding>> look(Directory directory) {
    List<CompletableFuture<GroupStanding>> groups = new ArrayList<>();
    for (Map.Entry<GroupId, GroupEntry> group : directory.groups().entrySet()) {
      groups.add(look(group.getKey(), group.getValue()));
    }
    return all(groups);
  }

  private CompletableFuture<GroupStanding> look(GroupId group, GroupEntry entry) {
    Membership members = entry.members();
    List<CompletableFuture<GroupStatus>> answers = new ArrayList<>();
    for (List<PeerId> peers : List.of(members.voters(), members.learners())) {
      for (PeerId peer : peers) {
        answers.add(ask(group, peer).toCompletableFuture());
      }
    }
    return all(answers)
        .thenApply(
            said ->
                GroupStanding.of(
                    group, entry.name(), members, said.stream().filter(Objects::nonNull).toList()))
        .toCompletableFuture();
  }

  /** Completes with null where there is no answer. */
  private CompletionStage<GroupStatus> ask(GroupId group, PeerId peer) {
    Optional<ActorRef<GroupCall>> replica = refs.at(peer, Replication.pathOf(group));
    if (replica.isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    CompletionStage<GroupCall.Inspected> answer =
        AskPattern.ask(replica.get(), GroupCall.Inspect::new, patience, system.scheduler());
    return answer.handle((inspected, timeout) -> inspected == null ? null : inspected.status());
  }

  private static <T> CompletionStage<List<T>> all(List<CompletableFuture<T>> stages) {
    return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<T> results = new ArrayList<>();
              stages.forEach(stage -> results.add(stage.join()));
              return results;
            });
  }
}
