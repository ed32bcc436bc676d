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
 * SnapshotReceiver}. This class holds the rules for all servers (Figure 2): terms and roles.
 *
 * <p>A broken invariant is an {@link IllegalStateException}: the core is not to be used any more.
 */
public final class Raft {
  private final RaftState state;
  private final Commitment commitment;
  private final Election election;
  private final AppendReceiver appends;
  private final SnapshotReceiver snapshots;

  /** What only a leader has: present exactly while this peer leads. */
  private Optional<Replication> leadership = Optional.empty();

  public Raft(PeerId self, RaftSettings settings, Recovered recovered, Draws draws) {
    this.state = new RaftState(self, settings, recovered, draws);
    this.commitment = new Commitment(state, recovered.machine().index());
    this.election = new Election(state);
    this.appends = new AppendReceiver(state, commitment);
    this.snapshots = new SnapshotReceiver(state, commitment);
  }

  /** The first effects; call it once, before any {@link #step}. */
  public List<Effect> start() {
    state.become(Role.FOLLOWER, Optional.empty());
    election.awaitLeader();
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
      read(it.id());
    } else if (input instanceof Input.TimerFired it) {
      timerFired(it.timer());
    } else if (input instanceof Input.Compact it) {
      compact(it.index());
    } else if (input instanceof Input.ChunkRead it) {
      leadership.ifPresent(leader -> leader.chunkRead(it));
    } else if (input instanceof Input.ChunkUnavailable it) {
      leadership.ifPresent(leader -> leader.abandonSnapshot(it.to()));
    } else if (input instanceof Input.ChunkWritten it) {
      snapshots.chunkWritten(it);
    } else if (input instanceof Input.SnapshotInstalledInMachine it) {
      snapshots.installed(it.mark());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
  }

  /** All that follows from the inputs since the last flush. */
  public List<Effect> flush() {
    leadership.ifPresent(Replication::flush);
    commitment.handOut();
    return state.outbox.drain(state.durability.drain());
  }

  // Rules for all servers: terms and roles (§5.1).

  private void receive(PeerId from, Message message) {
    if (!state.membership().isMember(from)) {
      return;
    }
    if (message.term() > state.term() && bringsItsTerm(message)) {
      if (message instanceof Message.VoteRequest && election.isLeaderAlive()) {
        return;
      }
      follow(message.term(), Optional.empty());
    }
    dispatch(from, message);
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
      ifOfThisTerm(it, leader -> leader.accepted(from, it));
    } else if (message instanceof Message.AppendRejected it) {
      ifOfThisTerm(it, leader -> leader.rejected(from, it));
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
      ifOfThisTerm(it, leader -> leader.snapshotProgress(from, it));
    } else {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  private void ifOfThisTerm(Message answer, Consumer<Replication> rule) {
    if (answer.term() == state.term()) {
      leadership.ifPresent(rule);
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
    return true;
  }

  private void follow(long term, Optional<PeerId> leader) {
    leadership.ifPresent(Replication::end);
    leadership = Optional.empty();
    if (term > state.term()) {
      state.enterTerm(term);
    }
    state.become(Role.FOLLOWER, leader);
    election.awaitLeader();
  }

  private void voteAnswered(PeerId from, Message.VoteResponse response) {
    if (election.isWonBy(from, response)) {
      state.become(Role.LEADER, Optional.of(state.self));
      leadership = Optional.of(new Replication(state, commitment));
    }
  }

  private void timerFired(Timer timer) {
    if (leadership.isEmpty()) {
      if (timer == Timer.ELECTION) {
        election.timerFired();
      }
    } else if (timer == Timer.HEARTBEAT) {
      leadership.get().heartbeatTimerFired();
    } else if (!leadership.get().hearsMajority()) {
      follow(state.term(), Optional.empty());
    }
  }

  // What the host asks for and reports.

  private void propose(Input.Propose proposal) {
    long tail = state.log.bytesAfter(commitment.committed());
    if (leadership.isEmpty()) {
      refuse(proposal.id(), "this peer does not lead the group");
    } else if (tail > 0
        && tail + proposal.payload().length() > state.settings.maxUncommittedBytes()) {
      refuse(proposal.id(), tail + " bytes wait to be committed already: try again later");
    } else {
      Entry entry = leadership.get().append(EntryType.COMMANDS, proposal.payload());
      state.outbox.tell(new Effect.Proposed(proposal.id(), entry.index(), entry.term()));
    }
  }

  private void read(long id) {
    if (leadership.isEmpty()) {
      refuse(id, "this peer does not lead the group");
    } else {
      leadership.get().reads().read(id);
    }
  }

  private void refuse(long id, String why) {
    state.outbox.tell(new Effect.Refused(id, state.leader(), why));
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
      state.compactTo(new SnapshotMark(index, state.log.termAt(index), state.membership()));
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

  public Membership membership() {
    return state.membership();
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

  /** How far each other member is known to hold the log on disk; empty unless this peer leads. */
  public Map<PeerId, Long> matchIndexes() {
    return leadership.map(Replication::matchIndexes).orElse(Map.of());
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
