package dev.mesh.protocols.raft;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One member of one Raft group: a pure core. Not thread-safe.
 *
 * <p>A host feeds what has gathered with {@link #step} and then takes all that follows from it with
 * one {@link #flush}: many proposals make one write and one message for each follower. The effects
 * of {@link #start} and of every flush are to be carried out in order.
 *
 * <p>Where a rule is: elections in {@link Election}; AppendEntries in {@link Replication} (the
 * leader) and {@link AppendReceiver} (the follower); what is known of each follower in {@link
 * Progress}; the commit rule in {@link Commitment}; what waits for the disk in {@link Durability};
 * linearizable reads in {@link ReadIndex}; snapshots in {@link SnapshotSender} and {@link
 * SnapshotReceiver}; changes of membership in {@link Reconfiguration} (the leader), {@link
 * Configurations} (everybody) and {@link CatchUp} (learners); leadership transfer in {@link
 * Transfer}. A state machine finds retried commands with {@link Sessions}. This class holds the
 * rules for all servers (Figure 2): terms and roles.
 *
 * <p>A broken invariant is an {@link IllegalStateException}: the core is not to be used any more.
 */
public final class Raft {
  private static final String NOT_LEADER = "this peer does not lead the group";

  private final RaftState state;
  private final Commitment commitment;
  private final Election election;
  private final AppendReceiver appends;
  private final SnapshotReceiver snapshots;
  private final Transfer transfer;

  /** What only a leader has: present exactly while this peer leads. */
  private Optional<Replication> leadership = Optional.empty();

  public Raft(PeerId self, RaftSettings settings, Recovered recovered, Draws draws) {
    this.state = new RaftState(self, settings, recovered, draws);
    this.commitment = new Commitment(state, recovered.machine().index());
    this.election = new Election(state, commitment);
    this.appends = new AppendReceiver(state, commitment);
    this.snapshots = new SnapshotReceiver(state, commitment);
    this.transfer = new Transfer(state);
  }

  /** The first effects; call it once, before any {@link #step}. */
  public List<Effect> start() {
    state.become(Role.FOLLOWER, Optional.empty());
    election.start();
    return flush();
  }

  /**
   * Takes one input; what follows from it waits for {@link #flush}.
   *
   * @throws IllegalArgumentException if a host's answer is to nothing that was asked
   */
  public void step(Input input) {
    if (input instanceof Input.Receive it) {
      receive(it.from(), it.message());
    } else if (input instanceof Input.Propose it) {
      propose(it);
    } else if (input instanceof Input.Persisted it) {
      persisted(it.batch());
    } else if (input instanceof Input.Applied it) {
      commitment.applied(it.index());
    } else if (input instanceof Input.Read it) {
      read(it);
    } else if (input instanceof Input.TimerFired it) {
      timerFired(it.timer());
    } else if (input instanceof Input.Compact it) {
      compact(it.index());
    } else {
      stepSeldom(input);
    }
  }

  private void stepSeldom(Input input) {
    if (input instanceof Input.Reconfigure it) {
      reconfigure(it);
    } else if (input instanceof Input.TransferLeadership it) {
      transferLeadership(it);
    } else if (input instanceof Input.ChunkRead it) {
      leadership.ifPresent(leader -> leader.chunkRead(it));
    } else if (input instanceof Input.ChunkUnavailable it) {
      leadership.ifPresent(leader -> leader.abandonSnapshot(it.to()));
    } else if (input instanceof Input.ChunkWritten it) {
      snapshots.chunkWritten(it);
    } else if (input instanceof Input.SnapshotInstalledInMachine it) {
      snapshotInstalled(it.mark());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
  }

  /** All that follows from the inputs since the last flush. */
  public List<Effect> flush() {
    leadership.ifPresent(this::flush);
    commitment.handOut();
    return state.outbox.drain(state.durability.drain());
  }

  private void flush(Replication leader) {
    transfer.flush(leader);
    leader.flush();
    if (leader.changes().endsLeadership()) {
      leader.successor().ifPresent(leader::callElection);
      follow(state.term());
    }
  }

  // Rules for all servers: terms and roles (§5.1).

  private void receive(PeerId from, Message message) {
    if (message.isAnswer() && !isHeard(from)) {
      return;
    }
    if (message instanceof Message.VoteRequest it && election.disregards(it)) {
      return;
    }
    if (message.term() > state.term() && bringsItsTerm(message)) {
      follow(message.term());
    }
    dispatch(from, message);
  }

  /**
   * Requests are heard from anyone: a peer that lacks the latest changes must be able to hear of
   * them, and to vote for one that has them (thesis §4.1). Answers only from whom they are wanted.
   */
  private boolean isHeard(PeerId from) {
    return state.membership().isMember(from)
        || leadership.map(leader -> leader.feeds(from)).orElse(false);
  }

  /** A pre-vote speaks of a term that nobody has entered yet. */
  private static boolean bringsItsTerm(Message message) {
    return !(message instanceof Message.PreVoteRequest)
        && !(message instanceof Message.PreVoteResponse it && it.granted());
  }

  private void dispatch(PeerId from, Message message) {
    if (message instanceof Message.AppendEntries it) {
      if (acknowledgesLeader(from, it)) {
        appends.receive(from, it);
      } else {
        appends.refuse(from, it);
      }
    } else if (message instanceof Message.AppendAccepted it) {
      ifAsked(from, it, leader -> leader.accepted(from, it));
    } else if (message instanceof Message.AppendRejected it) {
      ifAsked(from, it, leader -> leader.rejected(from, it));
    } else if (message instanceof Message.PreVoteRequest it) {
      election.preVoteRequested(from, it);
    } else if (message instanceof Message.PreVoteResponse it) {
      election.preVoteAnswered(from, it);
    } else if (message instanceof Message.VoteRequest it) {
      election.voteRequested(from, it);
    } else if (message instanceof Message.VoteResponse it) {
      voteAnswered(from, it);
    } else if (message instanceof Message.InstallSnapshot it) {
      if (acknowledgesLeader(from, it)) {
        snapshots.receive(from, it);
      }
    } else if (message instanceof Message.SnapshotProgress it) {
      ifAsked(from, it, leader -> leader.snapshotProgress(from, it));
    } else if (message instanceof Message.TimeoutNow it) {
      election.timeoutNow(it);
    } else {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  /** For answers to what this leader said in this term. */
  private void ifAsked(PeerId from, Message answer, Consumer<Replication> rule) {
    if (answer.term() == state.term()) {
      leadership.filter(leader -> leader.feeds(from)).ifPresent(rule);
    }
  }

  /** Whether the sender leads the present term; if so, this peer follows it. */
  private boolean acknowledgesLeader(PeerId from, Message message) {
    if (message.term() < state.term()) {
      return false;
    }
    if (leadership.isPresent()) {
      throw new IllegalStateException(
          from + " and " + state.self + " both lead term " + state.term());
    }
    if (state.role() != Role.FOLLOWER || !state.leader().equals(Optional.of(from))) {
      state.become(Role.FOLLOWER, Optional.of(from));
    }
    election.heardFromLeader();
    transfer.ledBy(from);
    return true;
  }

  /** Leads no more, campaigns no more; the leader is not known yet. */
  private void follow(long term) {
    leadership.ifPresent(Replication::end);
    leadership = Optional.empty();
    if (term > state.term()) {
      state.enterTerm(term);
    }
    state.become(Role.FOLLOWER, Optional.empty());
    election.termEnded();
  }

  private void voteAnswered(PeerId from, Message.VoteResponse response) {
    if (election.isWonBy(from, response)) {
      state.become(Role.LEADER, Optional.of(state.self));
      leadership = Optional.of(new Replication(state, commitment));
      transfer.ledBy(state.self);
    }
  }

  private void timerFired(Timer timer) {
    if (timer == Timer.TRANSFER) {
      transfer.timerFired();
    } else if (leadership.isEmpty()) {
      if (timer == Timer.ELECTION) {
        election.timerFired();
      }
    } else if (timer == Timer.HEARTBEAT) {
      leadership.get().heartbeatTimerFired();
      transfer.heartbeat();
    } else if (!leadership.get().hearsMajority()) {
      follow(state.term());
    }
  }

  // What the host asks for and reports.

  private void propose(Input.Propose proposal) {
    long tail = state.log.bytesAfter(commitment.committed());
    int size = proposal.payload().length();
    if (leadership.isEmpty()) {
      state.refuse(proposal.id(), NOT_LEADER);
    } else if (transfer.target().isPresent()) {
      state.outbox.tell(
          new Effect.Refused(
              proposal.id(), transfer.target(), "the leadership is being given away"));
    } else if (size > state.settings.maxEntryBytes()) {
      state.refuse(
          proposal.id(),
          "commands of "
              + size
              + " bytes do not fit into an entry, which takes "
              + state.settings.maxEntryBytes()
              + ": send less at once");
    } else if (tail > 0 && tail + size > state.settings.maxUncommittedBytes()) {
      state.refuse(proposal.id(), tail + " bytes wait to be committed already: try again later");
    } else {
      Entry entry = leadership.get().append(EntryType.COMMANDS, proposal.payload());
      state.outbox.tell(new Effect.Proposed(proposal.id(), entry.index(), entry.term()));
    }
  }

  private void read(Input.Read read) {
    if (leadership.isEmpty()) {
      state.refuse(read.id(), NOT_LEADER);
    } else {
      leadership.get().reads().read(read);
    }
  }

  private void reconfigure(Input.Reconfigure change) {
    if (leadership.isEmpty()) {
      state.refuse(change.id(), NOT_LEADER);
    } else if (transfer.target().isPresent()) {
      state.refuse(change.id(), "the leadership is being given away: try again");
    } else {
      leadership.get().changes().propose(change);
    }
  }

  private void transferLeadership(Input.TransferLeadership request) {
    if (leadership.isEmpty()) {
      state.refuse(request.id(), NOT_LEADER);
    } else {
      transfer.begin(request);
    }
  }

  /** A candidate asked for votes by a membership that is not this peer's any more. */
  private void snapshotInstalled(SnapshotMark mark) {
    snapshots.installed(mark);
    if (state.role() == Role.PRE_CANDIDATE || state.role() == Role.CANDIDATE) {
      follow(state.term());
    }
  }

  private void persisted(long batch) {
    for (Durability.Promise promise : state.durability.persisted(batch)) {
      if (promise.to().equals(state.self)) {
        receive(state.self, promise.message());
      } else {
        state.outbox.send(promise.to(), promise.message());
      }
    }
    leadership.ifPresent(Replication::advanceCommit);
  }

  private void compact(long wanted) {
    long index = Math.min(wanted, commitment.applied());
    if (index > state.log.compacted().index()) {
      state.compactTo(state.markAt(index));
    }
  }

  // What there is to see.

  public Role role() {
    return state.role();
  }

  public long term() {
    return state.term();
  }

  public Optional<PeerId> leader() {
    return state.leader();
  }

  /** The latest membership in the log, which is in force whether it is committed or not. */
  public Membership membership() {
    return state.membership();
  }

  /** The entry that {@link #membership} came by; the snapshot's, if it came by one; 0 at first. */
  public long membershipIndex() {
    return state.configurations.latestIndex();
  }

  /** Whether this peer knows that {@link #membership} is committed. */
  public boolean isMembershipCommitted() {
    return state.configurations.latestIndex() <= commitment.committed();
  }

  /**
   * The point in the log that {@code index} is, with the membership as of it.
   *
   * @param index of an entry that is held, or of the last one that was compacted away
   */
  public SnapshotMark markAt(long index) {
    return state.markAt(index);
  }

  /** The first index still in the log. */
  public long firstIndex() {
    return state.log.firstIndex();
  }

  public long lastIndex() {
    return state.log.lastIndex();
  }

  public long commitIndex() {
    return commitment.committed();
  }

  /** What the state machine has durably applied. */
  public long appliedIndex() {
    return commitment.applied();
  }

  /** The weight of the entries held in memory, in bytes. */
  public long logBytes() {
    return state.log.bytesAfter(state.log.compacted().index());
  }

  /** How far each follower is; empty unless this peer leads. */
  public Map<PeerId, FollowerStatus> followers() {
    return leadership.map(Replication::followers).orElse(Map.of());
  }

  /**
   * Says the invariants of all parts in code; walks the whole log.
   *
   * @throws IllegalStateException if one is broken
   */
  public void checkInvariants() {
    state.checkInvariants();
    commitment.checkInvariants();
    leadership.ifPresent(Replication::checkInvariants);
    if (leadership.isPresent() != (state.role() == Role.LEADER)) {
      throw new IllegalStateException(state.role() + " with the wrong state");
    }
  }

  /** The term of an entry that is still in the log, or of the compaction point. */
  long termAt(long index) {
    return state.log.termAt(index);
  }

  /** An entry that is still in the log. */
  Entry entryAt(long index) {
    return state.log.slice(index, index, 0).get(0);
  }
}
