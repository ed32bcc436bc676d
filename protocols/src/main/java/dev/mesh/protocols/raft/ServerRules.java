package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rules for servers (Figure 2; §5.1): which messages are heard, that a later term ends a role,
 * which timer means what in which role, and which class has the rule for a message.
 */
final class ServerRules {
  private final RaftState state;
  private final Commitment commitment;
  private final Election election;
  private final AppendReceiver appends;
  private final SnapshotReceiver snapshots;
  private final Transfer transfer;

  /** What only a leader has: present exactly while this peer leads. */
  private Optional<Replication> leadership = Optional.empty();

  ServerRules(
      RaftState state, Commitment commitment, SnapshotReceiver snapshots, Transfer transfer) {
    this.state = state;
    this.commitment = commitment;
    this.election = new Election(state, commitment);
    this.appends = new AppendReceiver(state, commitment);
    this.snapshots = snapshots;
    this.transfer = transfer;
  }

  Optional<Replication> leadership() {
    return leadership;
  }

  void start() {
    state.become(Role.FOLLOWER, Optional.empty());
    election.start();
  }

  void flush() {
    leadership.ifPresent(this::flush);
  }

  private void flush(Replication leader) {
    transfer.flush(leader);
    leader.flush();
    if (leader.changes().endsLeadership()) {
      leader.successor().ifPresent(leader::callElection);
      follow(state.term());
    }
  }

  void receive(PeerId from, Message message) {
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

  /** A candidate asked for votes by a membership that is not this peer's any more. */
  void snapshotInstalled() {
    if (state.role() == Role.PRE_CANDIDATE || state.role() == Role.CANDIDATE) {
      follow(state.term());
    }
  }

  private void voteAnswered(PeerId from, Message.VoteResponse response) {
    if (election.isWonBy(from, response)) {
      state.become(Role.LEADER, Optional.of(state.self));
      leadership = Optional.of(new Replication(state, commitment));
      transfer.ledBy(state.self);
    }
  }

  void timerFired(Timer timer) {
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

  void checkInvariants() {
    leadership.ifPresent(Replication::checkInvariants);
    if (leadership.isPresent() != (state.role() == Role.LEADER)) {
      throw new IllegalStateException(state.role() + " with the wrong state");
    }
  }
}
