package dev.mesh.replication;

import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.UNAVAILABLE;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * This peer's way to all groups: a command goes straight to a replica here that leads, everything
 * else to the group's {@link GroupRouter}.
 */
final class RoutedLog implements ReplicatedLog {
  private final Map<GroupId, ActorRef<GroupRouter.Command>> routers;

  private final Map<GroupId, LocalReplica> replicas;
  private final Supplier<Optional<String>> refusal;

  /**
   * The log behind {@code routers}; both maps are concurrent and change as groups come and go.
   *
   * @param replicas those of this peer
   * @param refusal why this peer takes no writes now, if so
   */
  RoutedLog(
      Map<GroupId, ActorRef<GroupRouter.Command>> routers,
      Map<GroupId, LocalReplica> replicas,
      Supplier<Optional<String>> refusal) {
    this.routers = routers;
    this.replicas = replicas;
    this.refusal = refusal;
  }

  @Override
  public CompletionStage<Applied> propose(GroupId group, Bytes command) {
    return propose(group, command, GroupRouter.Kind.PROPOSE);
  }

  @Override
  public CompletionStage<Applied> proposeOnce(GroupId group, Bytes command) {
    return propose(group, command, GroupRouter.Kind.PROPOSE_ONCE);
  }

  private CompletionStage<Applied> propose(GroupId group, Bytes command, GroupRouter.Kind kind) {
    LocalReplica here = replicas.get(group);
    if (here != null && here.leads() && refusal.get().isEmpty()) {
      return here.propose(command, kind);
    }
    return call(group, kind, 0, command)
        .thenApply(answer -> new Applied(answer.index(), answer.bytes()));
  }

  @Override
  public CompletionStage<Long> readIndex(GroupId group) {
    return call(group, GroupRouter.Kind.READ, 0, Bytes.EMPTY).thenApply(GroupCall.Answer::index);
  }

  @Override
  public CompletionStage<Bytes> query(GroupId group, long atLeast, Bytes query) {
    return call(group, GroupRouter.Kind.QUERY, atLeast, query).thenApply(GroupCall.Answer::bytes);
  }

  private CompletableFuture<GroupCall.Answer> call(
      GroupId group, GroupRouter.Kind kind, long atLeast, Bytes bytes) {
    CompletableFuture<GroupCall.Answer> result = new CompletableFuture<>();
    ActorRef<GroupRouter.Command> router = routers.get(group);
    if (router == null) {
      result.completeExceptionally(
          new ReplicatedLogException(
              UNAVAILABLE,
              group + " is not known to this peer; it knows " + new TreeSet<>(routers.keySet())));
    } else {
      router.tell(new GroupRouter.Call(kind, atLeast, bytes, false, result));
    }
    return result;
  }
}
