package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayList;
import java.util.List;

/** Changes the membership and moves the leadership, whether that is wise or not. */
final class SimulatedOperator {
  private final SeededDraws draws;
  private final List<PeerId> everybody;

  SimulatedOperator(SeededDraws draws, List<PeerId> everybody) {
    this.draws = draws;
    this.everybody = everybody;
  }

  /** What to ask a leader for that goes by the membership {@code now}. */
  Input order(long id, Membership now) {
    PeerId peer = everybody.get(draws.below(everybody.size()));
    int draw = draws.below(100);
    if (draw < 20) {
      return new Input.TransferLeadership(id, peer);
    } else if (draw < 25) {
      return new Input.Reconfigure(id, new Membership(draws.sample(everybody, 2), List.of()));
    }
    return new Input.Reconfigure(id, changed(now, peer, draw));
  }

  /**
   * A change that adds a voter to four or takes one away, whichever: two such changes may leave
   * majorities without a common voter. Other numbers of voters are brought back to four.
   */
  Input.Reconfigure rivalOrder(long id, Membership now) {
    boolean promote = now.voters().size() < 4 || (now.voters().size() == 4 && draws.chance(50));
    List<PeerId> candidates = promote ? now.learners() : now.voters();
    if (candidates.isEmpty()) {
      return new Input.Reconfigure(id, now);
    }
    PeerId peer = candidates.get(draws.below(candidates.size()));
    return new Input.Reconfigure(id, promote ? now.withVoter(peer) : demoted(now, peer));
  }

  private Membership changed(Membership now, PeerId peer, int draw) {
    if (now.voters().isEmpty()) {
      return Membership.of(List.of(peer));
    } else if (!now.isMember(peer)) {
      return now.withLearner(peer);
    } else if (!now.isVoter(peer)) {
      return draw < 85 ? now.withVoter(peer) : now.without(peer);
    } else if (now.voters().size() == 1) {
      return now;
    }
    return draw < 60 ? now.without(peer) : demoted(now, peer);
  }

  private static Membership demoted(Membership now, PeerId voter) {
    List<PeerId> voters = new ArrayList<>(now.voters());
    voters.remove(voter);
    List<PeerId> learners = new ArrayList<>(now.learners());
    learners.add(voter);
    return new Membership(voters, learners);
  }
}
