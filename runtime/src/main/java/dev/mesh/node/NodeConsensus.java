package dev.mesh.node;

import dev.mesh.http.ConsensusApi;
import dev.mesh.http.Problem;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.PeerId;
import dev.mesh.replication.GroupChangeException;
import dev.mesh.replication.GroupOperations;
import dev.mesh.replication.GroupStanding;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What the HTTP server asks of the groups, in its terms. */
final class NodeConsensus implements ConsensusApi {
  private static final String PROTOCOL = "raft";
  private static final String UNLESS_THE_RING =
      "; if the ring has it otherwise, the mesh will move it back";

  private final GroupOperations operations;

  NodeConsensus(GroupOperations operations) {
    this.operations = operations;
  }

  @Override
  public CompletionStage<List<Group>> groups() {
    return operations
        .survey()
        .thenApply(groups -> groups.stream().map(NodeConsensus::group).toList());
  }

  private static Group group(GroupStanding group) {
    return new Group(
        Integer.toString(group.group().value()),
        Optional.of(group.name()).filter(name -> !name.isEmpty()),
        PROTOCOL,
        group.members().stream().map(NodeConsensus::member).toList(),
        group.leader().map(PeerId::value),
        group.term(),
        group.commit(),
        group.applied(),
        group.lag());
  }

  private static Member member(GroupStanding.Member member) {
    return new Member(
        member.peer().value(),
        member.role().map(NodeConsensus::text),
        member.voter(),
        member.reachable(),
        member.match(),
        member.applied(),
        member.lag());
  }

  @Override
  public CompletionStage<Change> add(String group, String peer) {
    return change(() -> operations.add(group, peer));
  }

  @Override
  public CompletionStage<Change> remove(String group, String peer) {
    return change(() -> operations.remove(group, peer));
  }

  @Override
  public CompletionStage<Change> transfer(String group, String peer) {
    return change(() -> operations.transfer(group, peer));
  }

  private static CompletionStage<Change> change(
      Supplier<CompletionStage<GroupOperations.Change>> how) {
    CompletionStage<GroupOperations.Change> changed;
    try {
      changed = how.get();
    } catch (GroupChangeException e) {
      changed = CompletableFuture.failedStage(e);
    }
    return changed.handle(
        (change, failure) -> {
          if (failure != null) {
            throw new CompletionException(problem(failure));
          }
          return change(change);
        });
  }

  private static Change change(GroupOperations.Change change) {
    return new Change(
        Integer.toString(change.group().value()),
        change.peer().value(),
        text(change.outcome()),
        words(change));
  }

  private static String words(GroupOperations.Change change) {
    String what = change.peer() + " %s " + change.group();
    return switch (change.outcome()) {
      case VOTER -> what.formatted("is a voter of") + UNLESS_THE_RING;
      case LEARNER ->
          what.formatted("learns in")
              + " and is not yet up with its log; ask again to make it a voter";
      case REMOVED -> what.formatted("is no member any more of") + UNLESS_THE_RING;
      case LEADER -> what.formatted("is to lead") + UNLESS_THE_RING;
      case UNCHANGED -> what.formatted("was that already in");
    };
  }

  private static Throwable problem(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof GroupChangeException refusal) {
      return switch (refusal.reason()) {
        case UNKNOWN -> new Problem(404, "unknown", refusal.getMessage());
        case CONFLICT -> new Problem(409, "conflict", refusal.getMessage());
      };
    } else if (cause instanceof ReplicatedLogException refusal) {
      return problem(refusal);
    }
    return cause;
  }

  private static Problem problem(ReplicatedLogException refusal) {
    return switch (refusal.reason()) {
      case OVERLOADED -> new Problem(429, "too-much", refusal.getMessage());
      case OUTCOME_UNKNOWN -> Problem.outcomeUnknown(refusal.getMessage());
      case UNAVAILABLE, TOO_LARGE -> new Problem(503, "unavailable", refusal.getMessage());
    };
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
