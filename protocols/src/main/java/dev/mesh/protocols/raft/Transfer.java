package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * Leadership transfer (thesis §3.10): the leader takes no more proposals, brings the target's log
 * up to its own, and tells it to campaign at once. Given up after an election time-out; whoever
 * asked is answered when it is known who leads.
 */
final class Transfer {
  private record UnderWay(long id, PeerId to, boolean asked) {
    UnderWay withAsked(boolean now) {
      return new UnderWay(id, to, now);
    }
  }

  private final RaftState state;
  private Optional<UnderWay> underWay = Optional.empty();

  Transfer(RaftState state) {
    this.state = state;
  }

  /** Whom the leadership is being given to. */
  Optional<PeerId> target() {
    return underWay.map(UnderWay::to);
  }

  /** To the leader. */
  void begin(Input.TransferLeadership request) {
    PeerId to = request.to();
    if (underWay.isPresent()) {
      state.refuse(request.id(), "the leadership is being given to " + target().get() + " already");
    } else if (!state.membership().isVoter(to)) {
      state.refuse(request.id(), to + " is not a voter of " + state.membership().voters());
    } else if (to.equals(state.self)) {
      state.outbox.tell(new Effect.LeadershipTransferred(request.id()));
    } else {
      underWay = Optional.of(new UnderWay(request.id(), to, false));
      state.outbox.setTimer(Timer.TRANSFER, state.settings.electionTimeoutMaxMillis());
    }
  }

  /** The word to campaign may have been lost: it is said again with the next heartbeat. */
  void heartbeat() {
    underWay = underWay.map(it -> it.withAsked(false));
  }

  /** With each flush of the leader. */
  void flush(Replication leadership) {
    if (underWay.isPresent() && !underWay.get().asked() && leadership.holdsAll(target().get())) {
      leadership.callElection(target().get());
      underWay = underWay.map(it -> it.withAsked(true));
    }
  }

  /** Somebody else leads now. */
  void ledBy(PeerId leader) {
    if (underWay.isPresent()) {
      settle(
          target().get().equals(leader)
              ? new Effect.LeadershipTransferred(underWay.get().id())
              : new Effect.Refused(
                  underWay.get().id(), Optional.of(leader), leader + " was elected instead"));
    }
  }

  void timerFired() {
    underWay.ifPresent(
        it ->
            settle(
                new Effect.Refused(
                    it.id(),
                    state.leader(),
                    it.to()
                        + " did not take over within "
                        + state.settings.electionTimeoutMaxMillis()
                        + " ms")));
  }

  private void settle(Effect outcome) {
    state.outbox.tell(outcome);
    state.outbox.cancelTimer(Timer.TRANSFER);
    underWay = Optional.empty();
  }
}
