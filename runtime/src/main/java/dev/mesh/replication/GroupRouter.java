package dev.mesh.replication;

import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OUTCOME_UNKNOWN;
import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.UNAVAILABLE;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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

  /** The replica here has learned who leads; whoever led before is not waited for. */
  record Led(PeerId leader) implements Command {}

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

  /** What this router needs to know of its group. */
  record Group(
      Replicas replicas,
      Function<PeerId, Optional<ActorRef<GroupCall>>> replicaAt,
      Supplier<Optional<String>> refusal) {}

  private final TimerScheduler<Command> timers;
  private final Group group;
  private final GroupSettings settings;
  private final ActorRef<GroupCall.Reply> replies;
  private final PendingCalls pending;
  private final Deque<Long> toSend = new ArrayDeque<>();
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
    this.pending = new PendingCalls(settings);
    this.replies = context.messageAdapter(GroupCall.Reply.class, Replied::new);
    this.target = replicas.here().orElse(replicas.voters().get(0));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Call.class, this::onCall)
        .onMessage(Replied.class, this::onReply)
        .onMessage(Replicas.class, this::onReplicas)
        .onMessage(Led.class, this::onLed)
        .onMessageEquals(Tick.SEND, this::onSend)
        .onMessageEquals(Tick.RETRY, this::onRetry)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    pending.end();
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

  /** The calls that went to another peer are asked again at once, where that is allowed. */
  private Behavior<Command> onLed(Led led) {
    if (replicas.voters().contains(led.leader())) {
      target = led.leader();
      pending
          .where(
              waiting ->
                  waiting.isAsked()
                      && !waiting.isAskedOf(target)
                      && waiting.call().kind() != Kind.QUERY
                      && waiting.call().kind() != Kind.PROPOSE_ONCE)
          .forEach(this::askAgain);
    }
    return this;
  }

  private Behavior<Command> onCall(Call call) {
    Optional<String> refusal = call.kind() == Kind.QUERY ? Optional.empty() : group.refusal().get();
    if (refusal.isPresent()) {
      call.result()
          .completeExceptionally(
              new ReplicatedLogException(
                  call.uncertain() ? OUTCOME_UNKNOWN : UNAVAILABLE, refusal.get()));
      return this;
    }
    Optional<Long> id = pending.add(call, now());
    if (id.isPresent()) {
      toSend.add(id.get());
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
      pending.get(id).ifPresent(waiting -> send(id, waiting, leader, nearest, gathered));
    }
    leader.ifPresent(gathered::flush);
    return this;
  }

  private void send(
      long id,
      PendingCalls.Pending waiting,
      Optional<ActorRef<GroupCall>> leader,
      Optional<ActorRef<GroupCall>> nearest,
      Gathered gathered) {
    boolean query = waiting.call().kind() == Kind.QUERY;
    Optional<ActorRef<GroupCall>> replica = query ? nearest : leader;
    if (replica.isEmpty()) {
      toSend.add(id);
    } else {
      waiting.ask(query ? replicas.here().orElse(target) : target, now());
      gathered.add(id, waiting.call(), replica.get());
    }
  }

  /** What one turn sends: commands and reads each in one message, within its bound. */
  private final class Gathered {
    private final List<GroupCall.Command> commands = new ArrayList<>();
    private final List<Long> reads = new ArrayList<>();
    private long bytes;

    void add(long id, Call call, ActorRef<GroupCall> replica) {
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
      answers.answers().forEach(pending::answer);
    } else if (reply instanceof GroupCall.NotLeader notLeader) {
      refused(notLeader);
    } else if (reply instanceof GroupCall.Overloaded overloaded) {
      overloaded.ids().forEach(id -> pending.refuse(id, overloaded.why()));
    } else if (reply instanceof GroupCall.Unknown unknown) {
      unknown.ids().forEach(this::askAgain);
    } else {
      throw new IllegalStateException("no rule for " + reply);
    }
    return this;
  }

  /** A hint from who is no longer the target is older than what made another the target. */
  private void refused(GroupCall.NotLeader notLeader) {
    boolean current =
        notLeader.ids().stream()
            .flatMap(id -> pending.get(id).stream())
            .anyMatch(waiting -> waiting.isAskedOf(target));
    if (current) {
      target = notLeader.leader().orElseGet(() -> successorOf(target));
    }
    boolean known = !current || notLeader.leader().isPresent();
    notLeader.ids().forEach(id -> sendAgain(id, known));
  }

  /** What became of the latest attempt is not known. */
  private void askAgain(long id) {
    pending
        .get(id)
        .ifPresent(
            waiting -> {
              waiting.mayHaveTakenEffect();
              if (waiting.call().kind() == Kind.PROPOSE_ONCE) {
                pending.giveUp(id, replicas.voters());
              } else {
                sendAgain(id, true);
              }
            });
  }

  /** Without a hint the next attempt waits for the retry tick, so that an election is no storm. */
  private void sendAgain(long id, boolean atOnce) {
    pending
        .get(id)
        .filter(PendingCalls.Pending::isAsked)
        .ifPresent(
            waiting -> {
              waiting.takeBack();
              toSend.add(id);
              if (atOnce) {
                scheduleSend();
              }
            });
  }

  private Behavior<Command> onRetry() {
    if (pending.isEmpty()) {
      timers.cancel(Tick.RETRY);
      return this;
    }
    long now = now();
    pending.giveUpLate(now, replicas.voters());
    long patience = settings.retryAfter().toNanos();
    boolean targetIsSilent =
        !pending
            .where(waiting -> waiting.isAskedOf(target) && waiting.isSilent(now, patience))
            .isEmpty();
    pending.where(waiting -> waiting.isSilent(now, patience)).forEach(this::askAgain);
    if (targetIsSilent || group.replicaAt().apply(target).isEmpty()) {
      target = successorOf(target);
    }
    if (!toSend.isEmpty()) {
      scheduleSend();
    }
    return this;
  }

  private PeerId successorOf(PeerId peer) {
    int next = replicas.voters().indexOf(peer) + 1;
    return replicas.voters().get(next % replicas.voters().size());
  }

  private static long now() {
    return System.nanoTime();
  }
}
