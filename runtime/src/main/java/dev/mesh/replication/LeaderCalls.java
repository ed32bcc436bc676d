package dev.mesh.replication;

import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.UNAVAILABLE;
import static dev.mesh.replication.GroupChangeException.Reason.CONFLICT;

import dev.mesh.peer.PeerRefs;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.GroupReport;
import dev.mesh.protocols.raft.Membership;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * Administers groups by asking their leaders: the replica that led last, then whom that names, then
 * the voters in turn, until one that leads has answered or {@code mesh.replication.call-timeout} is
 * over.
 */
public final class LeaderCalls implements GroupAdmin {
  private final ActorSystem<?> system;
  private final GroupSettings settings;
  private final Supplier<Directory> directory;
  private final BiFunction<PeerId, GroupId, Optional<ActorRef<GroupCall>>> replicas;

  /** Who led when last asked. */
  private final Map<GroupId, PeerId> leaders = new ConcurrentHashMap<>();

  /**
   * @param directory as this peer knows it
   * @param replicas where a peer's replica of a group is; empty while the peer is unheard of
   */
  LeaderCalls(
      ActorSystem<?> system,
      GroupSettings settings,
      Supplier<Directory> directory,
      BiFunction<PeerId, GroupId, Optional<ActorRef<GroupCall>>> replicas) {
    this.system = system;
    this.settings = settings;
    this.directory = directory;
    this.replicas = replicas;
  }

  /**
   * Calls to the leaders of the groups of {@code directory}, at the peers that {@code refs} knows.
   */
  public static LeaderCalls of(
      ActorSystem<?> system, GroupSettings settings, Supplier<Directory> directory, PeerRefs refs) {
    return new LeaderCalls(
        system, settings, directory, (peer, group) -> refs.at(peer, Replication.pathOf(group)));
  }

  @Override
  public CompletionStage<Long> reconfigure(GroupId group, Membership next) {
    return call(group, replyTo -> new GroupCall.Reconfigure(next, replyTo))
        .thenApply(reply -> ((GroupCall.Done) reply).index());
  }

  @Override
  public CompletionStage<Void> transfer(GroupId group, PeerId to) {
    return call(group, replyTo -> new GroupCall.Transfer(to, replyTo)).thenApply(done -> null);
  }

  @Override
  public CompletionStage<GroupReport> report(GroupId group) {
    return call(group, GroupCall.Report::new)
        .thenApply(reply -> ((GroupCall.Reported) reply).report());
  }

  private CompletionStage<GroupCall.AdminReply> call(
      GroupId group, Function<ActorRef<GroupCall.AdminReply>, GroupCall> message) {
    GroupEntry entry = directory.get().groups().get(group);
    if (entry == null) {
      return CompletableFuture.failedStage(
          new ReplicatedLogException(UNAVAILABLE, group + " is not known to this peer"));
    }
    Call call = new Call(group, entry.members().voters(), message);
    call.ask(leaders.getOrDefault(group, entry.members().voters().get(0)));
    return call.result;
  }

  /** One call, asked of one replica after the other. */
  private final class Call {
    private final GroupId group;
    private final List<PeerId> voters;
    private final Function<ActorRef<GroupCall.AdminReply>, GroupCall> message;
    private final long deadline = System.nanoTime() + settings.callTimeout().toNanos();
    private final Set<PeerId> asked = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<GroupCall.AdminReply> result = new CompletableFuture<>();

    Call(
        GroupId group,
        List<PeerId> voters,
        Function<ActorRef<GroupCall.AdminReply>, GroupCall> message) {
      this.group = group;
      this.voters = voters;
      this.message = message;
    }

    void ask(PeerId peer) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      Optional<ActorRef<GroupCall>> replica = replicas.apply(peer, group);
      if (left.isNegative() || left.isZero()) {
        fail("no leader of " + group + " has answered within " + settings.callTimeout());
      } else if (replica.isEmpty()) {
        askLater(successorOf(peer));
      } else {
        asked.add(peer);
        Duration patience =
            left.compareTo(settings.retryAfter()) < 0 ? left : settings.retryAfter();
        AskPattern.<GroupCall, GroupCall.AdminReply>ask(
                replica.get(), message::apply, patience, system.scheduler())
            .whenComplete((reply, failure) -> answered(peer, reply));
      }
    }

    /**
     * @param reply null if there was none
     */
    private void answered(PeerId peer, GroupCall.AdminReply reply) {
      if (reply == null) {
        leaders.remove(group, peer);
        ask(successorOf(peer));
      } else if (!(reply instanceof GroupCall.NotDone refusal)) {
        leaders.put(group, peer);
        result.complete(reply);
      } else if (refusal.leads()) {
        result.completeExceptionally(new GroupChangeException(CONFLICT, refusal.why()));
      } else if (refusal.leader().isPresent()) {
        hint(refusal.leader().get());
      } else {
        askLater(successorOf(peer));
      }
    }

    /** In an election two replicas may name each other for a while. */
    private void hint(PeerId leader) {
      if (asked.contains(leader)) {
        askLater(leader);
      } else {
        ask(leader);
      }
    }

    private void askLater(PeerId peer) {
      CompletableFuture.delayedExecutor(
              settings.retryTick().toMillis(),
              TimeUnit.MILLISECONDS,
              system.dispatchers().lookup(Replication.routing()))
          .execute(() -> ask(peer));
    }

    private PeerId successorOf(PeerId peer) {
      return voters.get((voters.indexOf(peer) + 1) % voters.size());
    }

    private void fail(String why) {
      result.completeExceptionally(new ReplicatedLogException(UNAVAILABLE, why));
    }
  }
}
