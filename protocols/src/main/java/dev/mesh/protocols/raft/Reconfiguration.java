package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Changes of membership as the leader makes them (thesis §4.1 to §4.3): one voter at a time, so
 * that any majority before shares a voter with any majority after; a change begins when the one
 * before is committed.
 *
 * <p>And not before an entry of the leader's own term is committed: without that, two leaders may
 * each change the same old membership into ones without a common voter (Ongaro, "bug in
 * single-server membership changes", raft-dev 2015).
 */
final class Reconfiguration {
  private final RaftState state;
  private final Commitment commitment;
  private final Replication replication;

  /** Whose change is not committed yet. */
  private OptionalLong asked = OptionalLong.empty();

  Reconfiguration(RaftState state, Commitment commitment, Replication replication) {
    this.state = state;
    this.commitment = commitment;
    this.replication = replication;
  }

  void propose(Input.Reconfigure change) {
    Optional<String> objection = objectionTo(change.next());
    if (objection.isPresent()) {
      state.refuse(change.id(), objection.get());
    } else if (change.next().equals(state.membership())) {
      tellDone(change.id());
    } else {
      replication.append(EntryType.CONFIGURATION, change.next().toBytes());
      replication.adopt(change.next());
      asked = OptionalLong.of(change.id());
    }
  }

  private Optional<String> objectionTo(Membership next) {
    if (!commitment.isOfTerm(state.term())) {
      return Optional.of("no entry of this leader's term is committed yet: try again");
    }
    if (!isCommitted()) {
      return Optional.of(
          "the change of membership at entry "
              + state.configurations.latestIndex()
              + " is not committed yet: try again");
    }
    if (!state.isVoter()) {
      return Optional.of("this leader is leaving the group: ask the next");
    }
    if (next.voters().isEmpty()) {
      return Optional.of("a group needs at least one voter");
    }
    List<PeerId> added = minus(next.voters(), state.membership().voters());
    List<PeerId> removed = minus(state.membership().voters(), next.voters());
    if (added.size() + removed.size() > 1) {
      return Optional.of(
          "voters come and go one at a time: this change adds " + added + ", removes " + removed);
    }
    return added.stream().filter(voter -> !mayBecomeVoter(voter)).findAny().map(this::notReady);
  }

  private boolean mayBecomeVoter(PeerId peer) {
    return state.membership().learners().contains(peer) && replication.isCaughtUp(peer);
  }

  private String notReady(PeerId peer) {
    return state.membership().isMember(peer)
        ? peer + " has not caught up with the log yet: try again"
        : peer + " is not a learner: add it as one first, and wait until it has caught up";
  }

  private static List<PeerId> minus(List<PeerId> peers, List<PeerId> others) {
    List<PeerId> rest = new ArrayList<>(peers);
    rest.removeAll(others);
    return rest;
  }

  boolean isCommitted() {
    return state.configurations.latestIndex() <= commitment.committed();
  }

  /** §4.2.2: a leader that is no voter any more leads until that is committed, and no longer. */
  boolean endsLeadership() {
    return isCommitted() && !state.isVoter();
  }

  /** Whoever asked is told once the change is committed. */
  void flush() {
    if (asked.isPresent() && isCommitted()) {
      tellDone(asked.getAsLong());
      asked = OptionalLong.empty();
    }
  }

  private void tellDone(long id) {
    state.outbox.tell(new Effect.Reconfigured(id, state.configurations.latestIndex()));
  }

  /** The leadership is over. */
  void end() {
    asked.ifPresent(
        id ->
            state.refuse(
                id,
                "the leader stepped down before the change was committed: it may take effect yet;"
                    + " look at the membership before trying again"));
  }
}
