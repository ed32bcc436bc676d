package dev.mesh.replication;

import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OUTCOME_UNKNOWN;
import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OVERLOADED;
import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.UNAVAILABLE;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The way to one group from this peer. It gathers what this peer's actors ask, sends it on in one
 * message to the replica believed to lead, follows hints when that is wrong, asks again when nobody
 * answers, and gives up within {@link GroupSettings#callTimeout()}, saying whether the outcome is
 * known.
 */
final class GroupRouter extends AbstractBehavior<GroupRouter.Command> {

  sealed interface Command {}

  /**
   * A call of this peer; {@code result} is completed with the answer, or fails.
   *
   * @param uncertain whether an earlier attempt may have taken effect
   */
  record Call(
      Kind kind,
      long atLeast,
      Bytes bytes,
      boolean uncertain,
      CompletableFuture<GroupCall.Answer> result)
      implements Command {

    /** A proposal that a replica of this peer's did not decide. */
    static Call of(Proposal proposal, boolean uncertain) {
      CompletableFuture<GroupCall.Answer> result = new CompletableFuture<>();
      CompletionStage<GroupCall.Answer> answered = result;
      answered.whenComplete(
          (answer, failure) -> {
            if (failure == null) {
              proposal.complete(new ReplicatedLog.Applied(answer.index(), answer.bytes()));
            } else {
              proposal.completeExceptionally(failure);
            }
          });
      return new Call(proposal.kind, 0, proposal.command, uncertain, result);
    }
  }

  /**
   * Who holds the group now.
   *
   * @param voters one of them leads it
   * @param here this peer, if it is one of them
   */
  record Replicas(List<PeerId> voters, Optional<PeerId> here) implements Command {}

  private record Replied(GroupCall.Reply reply) implements Command {}

  private enum Tick implements Command {
    SEND,
    RETRY
  }

  enum Kind {
    PROPOSE,
    /** Not proposed again once it may have taken effect. */
    PROPOSE_ONCE,
    READ,
    QUERY;

    boolean changesTheGroup() {
      return this == PROPOSE || this == PROPOSE_ONCE;
    }
  }

  /**
   * A call under way. While {@code sent}, a replica was asked at {@code sentAt}; {@code uncertain}
   * once an attempt ended without word of what became of it.
   */
  private static final class Pending {
    final Call call;
    final long deadline;
    long sentAt;
    boolean sent;
    boolean uncertain;

    Pending(Call call, long deadline) {
      this.call = call;
      this.deadline = deadline;
      this.uncertain = call.uncertain();
    }
  }

  /** What this router needs to know of its group. */
  record Group(
      Replicas replicas,
      Function<PeerId, Optional<ActorRef<GroupCall>>> replicaAt,
      Supplier<Optional<String>> refusal) {}

  private final TimerScheduler<Command> timers;
  private final Group group;
  private final GroupSettings settings;
  private final ActorRef<GroupCall.Reply> replies;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();
  private final Deque<Long> toSend = new ArrayDeque<>();
  private long lastId;
  private long pendingBytes;
  private boolean sendScheduled;
  private Replicas replicas;
  private PeerId target;

  static Behavior<Command> create(Group group, GroupSettings settings) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new GroupRouter(context, timers, group, settings)));
  }

  private GroupRouter(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Group group,
      GroupSettings settings) {
    super(context);
    this.timers = timers;
    this.group = group;
    this.replicas = group.replicas();
    this.settings = settings;
    this.replies = context.messageAdapter(GroupCall.Reply.class, Replied::new);
    this.target = replicas.here().orElse(replicas.voters().get(0));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Call.class, this::onCall)
        .onMessage(Replied.class, this::onReply)
        .onMessage(Replicas.class, this::onReplicas)
        .onMessageEquals(Tick.SEND, this::onSend)
        .onMessageEquals(Tick.RETRY, this::onRetry)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  /** Nobody will hear the answers any more: whoever waits is told so at once. */
  private Behavior<Command> onPostStop(PostStop signal) {
    for (Pending waiting : pending.values()) {
      boolean unknown =
          waiting.call.kind().changesTheGroup() && (waiting.sent || waiting.uncertain);
      fail(
          waiting,
          unknown ? OUTCOME_UNKNOWN : UNAVAILABLE,
          "this peer's part in the mesh ended before the group answered; "
              + (unknown
                  ? "the command may or may not take effect: read before trying again"
                  : "nothing was done"));
    }
    pending.clear();
    return this;
  }

  /** What waits goes on to whoever holds the group now. */
  private Behavior<Command> onReplicas(Replicas now) {
    replicas = now;
    if (!now.voters().contains(target)) {
      target = now.here().orElse(now.voters().get(0));
    }
    return this;
  }

  private Behavior<Command> onCall(Call call) {
    Optional<String> refusal = call.kind() == Kind.QUERY ? Optional.empty() : group.refusal().get();
    int size = call.bytes().length();
    if (refusal.isPresent()) {
      call.result()
          .completeExceptionally(
              new ReplicatedLogException(
                  call.uncertain() ? OUTCOME_UNKNOWN : UNAVAILABLE, refusal.get()));
    } else if (pending.size() >= settings.maxPendingCalls()
        || pendingBytes + size > settings.maxPendingBytes()) {
      call.result()
          .completeExceptionally(
              new ReplicatedLogException(
                  call.uncertain() ? OUTCOME_UNKNOWN : OVERLOADED,
                  pending.size()
                      + " calls with "
                      + pendingBytes
                      + " bytes wait for the group already; try again later"));
    } else {
      pending.put(++lastId, new Pending(call, now() + settings.callTimeout().toNanos()));
      toSend.add(lastId);
      pendingBytes += size;
      scheduleSend();
      lookAfterCalls();
    }
    return this;
  }

  /** A group that nobody calls costs nothing: the tick ends with the last call. */
  private void lookAfterCalls() {
    if (!timers.isTimerActive(Tick.RETRY)) {
      timers.startTimerWithFixedDelay(Tick.RETRY, settings.retryTick());
    }
  }

  /** The message to itself queues behind all calls that wait in the mailbox: they go together. */
  private void scheduleSend() {
    if (!sendScheduled) {
      sendScheduled = true;
      getContext().getSelf().tell(Tick.SEND);
    }
  }

  private Behavior<Command> onSend() {
    sendScheduled = false;
    Optional<ActorRef<GroupCall>> leader = group.replicaAt().apply(target);
    Optional<ActorRef<GroupCall>> nearest =
        replicas.here().flatMap(group.replicaAt()).or(() -> leader);
    Gathered gathered = new Gathered();
    for (int left = toSend.size(); left > 0; left--) {
      long id = toSend.poll();
      Pending waiting = pending.get(id);
      if (waiting == null) {
        continue;
      }
      boolean query = waiting.call.kind() == Kind.QUERY;
      Optional<ActorRef<GroupCall>> replica = query ? nearest : leader;
      if (replica.isEmpty()) {
        toSend.add(id);
      } else {
        waiting.sent = true;
        waiting.sentAt = now();
        gathered.add(id, waiting, replica.get());
      }
    }
    leader.ifPresent(gathered::flush);
    return this;
  }

  /** What one turn sends: commands and reads each in one message, within its bound. */
  private final class Gathered {
    private final List<GroupCall.Command> commands = new ArrayList<>();
    private final List<Long> reads = new ArrayList<>();
    private long bytes;

    void add(long id, Pending waiting, ActorRef<GroupCall> replica) {
      Call call = waiting.call;
      if (call.kind() == Kind.QUERY) {
        replica.tell(new GroupCall.Query(id, call.atLeast(), call.bytes(), replies));
      } else if (call.kind() == Kind.READ) {
        reads.add(id);
      } else {
        if (bytes + call.bytes().length() > settings.maxMessageBytes()) {
          flush(replica);
        }
        commands.add(new GroupCall.Command(id, call.bytes()));
        bytes += call.bytes().length();
      }
    }

    void flush(ActorRef<GroupCall> replica) {
      if (!commands.isEmpty()) {
        replica.tell(new GroupCall.Propose(List.copyOf(commands), replies));
        commands.clear();
        bytes = 0;
      }
      if (!reads.isEmpty()) {
        replica.tell(new GroupCall.Read(List.copyOf(reads), replies));
        reads.clear();
      }
    }
  }

  private Behavior<Command> onReply(Replied replied) {
    GroupCall.Reply reply = replied.reply();
    if (reply instanceof GroupCall.Answers answers) {
      for (GroupCall.Answer answer : answers.answers()) {
        remove(answer.id()).ifPresent(done -> done.call.result().complete(answer));
      }
    } else if (reply instanceof GroupCall.NotLeader notLeader) {
      PeerId refused = target;
      target = notLeader.leader().orElseGet(() -> successorOf(refused));
      boolean hinted = notLeader.leader().isPresent();
      notLeader.ids().forEach(id -> sendAgain(id, hinted));
    } else if (reply instanceof GroupCall.Overloaded overloaded) {
      for (long id : overloaded.ids()) {
        remove(id).ifPresent(full -> refuse(full, overloaded.why()));
      }
    } else if (reply instanceof GroupCall.Unknown unknown) {
      for (long id : unknown.ids()) {
        if (!isLost(id)) {
          sendAgain(id, true);
        }
      }
    } else {
      throw new IllegalStateException("no rule for " + reply);
    }
    return this;
  }

  /** What became of an attempt is not known; returns whether the call has ended with that. */
  private boolean isLost(long id) {
    Pending waiting = pending.get(id);
    if (waiting == null) {
      return true;
    }
    waiting.uncertain = true;
    if (waiting.call.kind() == Kind.PROPOSE_ONCE) {
      remove(id).ifPresent(this::giveUp);
      return true;
    }
    return false;
  }

  /** Without a hint the next attempt waits for the retry tick, so that an election is no storm. */
  private void sendAgain(long id, boolean atOnce) {
    Pending waiting = pending.get(id);
    if (waiting != null && waiting.sent) {
      waiting.sent = false;
      toSend.add(id);
      if (atOnce) {
        scheduleSend();
      }
    }
  }

  private Behavior<Command> onRetry() {
    if (pending.isEmpty()) {
      timers.cancel(Tick.RETRY);
      return this;
    }
    long now = now();
    List<Long> silent = new ArrayList<>();
    List<Long> late = new ArrayList<>();
    for (Map.Entry<Long, Pending> entry : pending.entrySet()) {
      Pending waiting = entry.getValue();
      if (now - waiting.deadline >= 0) {
        late.add(entry.getKey());
      } else if (waiting.sent && now - waiting.sentAt >= settings.retryAfter().toNanos()) {
        silent.add(entry.getKey());
      }
    }
    late.forEach(id -> remove(id).ifPresent(this::giveUp));
    silent.stream().filter(id -> !isLost(id)).forEach(id -> sendAgain(id, true));
    if (!silent.isEmpty() || group.replicaAt().apply(target).isEmpty()) {
      target = successorOf(target);
    }
    if (!toSend.isEmpty()) {
      scheduleSend();
    }
    return this;
  }

  private void giveUp(Pending waiting) {
    if (waiting.call.kind().changesTheGroup() && (waiting.sent || waiting.uncertain)) {
      fail(
          waiting,
          OUTCOME_UNKNOWN,
          "no answer from the group in time; the command may or may not take effect: read before"
              + " trying again");
    } else {
      fail(
          waiting,
          UNAVAILABLE,
          "no leader of the group answered within "
              + settings.callTimeout()
              + "; nothing was done: see that a majority of "
              + replicas.voters()
              + " is up");
    }
  }

  /** That nothing was done now says nothing of an earlier attempt. */
  private static void refuse(Pending full, String why) {
    boolean unknown = full.call.kind().changesTheGroup() && full.uncertain;
    fail(full, unknown ? OUTCOME_UNKNOWN : OVERLOADED, why);
  }

  private static void fail(Pending waiting, ReplicatedLogException.Reason reason, String why) {
    waiting.call.result().completeExceptionally(new ReplicatedLogException(reason, why));
  }

  private Optional<Pending> remove(long id) {
    Pending removed = pending.remove(id);
    if (removed != null) {
      pendingBytes -= removed.call.bytes().length();
    }
    return Optional.ofNullable(removed);
  }

  private PeerId successorOf(PeerId peer) {
    int next = replicas.voters().indexOf(peer) + 1;
    return replicas.voters().get(next % replicas.voters().size());
  }

  private static long now() {
    return System.nanoTime();
  }
}
