package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Leader election (§5.2, §5.4.1) with pre-vote (thesis §9.6).
 *
 * <p>The election timer of a follower runs twice: first for the least election time-out, during
 * which the leader counts as alive and nobody else gets a vote or pre-vote here (thesis §4.2.3),
 * then for a random rest, after which this peer campaigns.
 */
final class Election {
  private final RaftState state;
  private final Commitment commitment;
  private final Set<PeerId> grants = new TreeSet<>();
  private boolean leaderAlive;

  Election(RaftState state, Commitment commitment) {
    this.state = state;
    this.commitment = commitment;
  }

  /**
   * A peer that may have promised a leader its patience before it crashed keeps that promise: a
   * lease counts on it.
   */
  void start() {
    if (state.settings.leaseReads()) {
      heardFromLeader();
    } else {
      awaitLeader();
    }
  }

  /** Waits for a leader, a whole random time-out long. */
  void awaitLeader() {
    leaderAlive = false;
    RaftSettings settings = state.settings;
    state.outbox.setTimer(
        Timer.ELECTION,
        state.draws.between(
            settings.electionTimeoutMinMillis(), settings.electionTimeoutMaxMillis()));
  }

  void heardFromLeader() {
    leaderAlive = true;
    state.outbox.setTimer(Timer.ELECTION, state.settings.electionTimeoutMinMillis());
  }

  /**
   * A later term has come, but not from its leader. The promise to the leader that was heard of
   * lately outlives its term: others may not know of the later one yet.
   */
  void termEnded() {
    if (!leaderAlive) {
      awaitLeader();
    }
  }

  /** Whether a leader is known that was heard of within the least election time-out. */
  private boolean isLeaderAlive() {
    return state.role() == Role.LEADER || leaderAlive;
  }

  /** Whether a request for a vote is not even looked at (thesis §4.2.3). */
  boolean disregards(Message.VoteRequest request) {
    return isLeaderAlive() && !request.transfer();
  }

  /**
   * A voter; and one whose removal is not known to be committed: it may be the only one that can
   * commit it (thesis §4.2.2).
   */
  private boolean mayCampaign() {
    return state.isVoter()
        || (state.configurations.latestIndex() > commitment.committed()
            && state.configurations.wasVoter(state.self));
  }

  /** The timer of a peer that does not lead. */
  void timerFired() {
    if (leaderAlive) {
      leaderAlive = false;
      long rest =
          state.settings.electionTimeoutMaxMillis() - state.settings.electionTimeoutMinMillis();
      state.outbox.setTimer(Timer.ELECTION, state.draws.between(1, rest));
    } else if (mayCampaign()) {
      askWhetherToCampaign();
    } else {
      awaitLeader();
    }
  }

  private void askWhetherToCampaign() {
    state.become(Role.PRE_CANDIDATE, Optional.empty());
    awaitLeader();
    grants.clear();
    if (isGrantedBy(state.self)) {
      campaign(false);
      return;
    }
    Message request =
        new Message.PreVoteRequest(state.term() + 1, state.log.lastIndex(), state.log.lastTerm());
    for (PeerId voter : state.membership().voters()) {
      if (!voter.equals(state.self)) {
        state.outbox.send(voter, request);
      }
    }
  }

  /**
   * A new term with this peer's vote for itself. That vote, like any other, counts only once it is
   * on disk, and only of a voter: it is a message to itself.
   */
  private void campaign(boolean transfer) {
    state.enterTerm(state.term() + 1);
    state.voteFor(state.self);
    state.become(Role.CANDIDATE, Optional.empty());
    awaitLeader();
    grants.clear();
    Message request =
        new Message.VoteRequest(
            state.term(), state.log.lastIndex(), state.log.lastTerm(), transfer);
    Message ownVote = new Message.VoteResponse(state.term(), true);
    for (PeerId voter : state.membership().voters()) {
      state.sendOnceDurable(voter, voter.equals(state.self) ? ownVote : request);
    }
  }

  void preVoteRequested(PeerId from, Message.PreVoteRequest request) {
    boolean granted =
        request.term() > state.term()
            && !isLeaderAlive()
            && state.log.isCoveredBy(request.lastIndex(), request.lastTerm());
    long term = granted ? request.term() : state.term();
    state.outbox.send(from, new Message.PreVoteResponse(term, granted));
  }

  void preVoteAnswered(PeerId from, Message.PreVoteResponse response) {
    boolean counts =
        state.role() == Role.PRE_CANDIDATE
            && response.granted()
            && response.term() == state.term() + 1;
    if (counts && isGrantedBy(from)) {
      campaign(false);
    }
  }

  /** The leader of this term steps aside for this peer (thesis §3.10): no pre-vote, no waiting. */
  void timeoutNow(Message.TimeoutNow word) {
    if (word.term() == state.term() && state.role() == Role.FOLLOWER && mayCampaign()) {
      campaign(true);
    }
  }

  /** The request's term is not later than this peer's: a later one was entered before. */
  void voteRequested(PeerId from, Message.VoteRequest request) {
    boolean granted =
        request.term() == state.term()
            && (state.vote().isEmpty() || state.vote().equals(Optional.of(from)))
            && state.log.isCoveredBy(request.lastIndex(), request.lastTerm());
    if (granted && state.vote().isEmpty()) {
      state.voteFor(from);
      if (state.role() == Role.PRE_CANDIDATE) {
        state.become(Role.FOLLOWER, Optional.empty());
      }
      awaitLeader();
    }
    state.sendOnceDurable(from, new Message.VoteResponse(state.term(), granted));
  }

  /** Returns whether this answer makes the candidate a leader. */
  boolean isWonBy(PeerId from, Message.VoteResponse response) {
    return state.role() == Role.CANDIDATE
        && response.granted()
        && response.term() == state.term()
        && isGrantedBy(from);
  }

  private boolean isGrantedBy(PeerId voter) {
    return state.membership().isVoter(voter)
        && grants.add(voter)
        && state.membership().isMajority(grants.size());
  }
}
