package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import java.util.ArrayList;
import java.util.List;

/** One step on the way of a group's replicas to where they are to be. */
public sealed interface ReplicaStep {

  /** The peer that the step is about. */
  PeerId peer();

  /** A step that is a new configuration of the group, one that Raft can take at once. */
  sealed interface Reconfigure extends ReplicaStep {
    /** The configuration that comes after {@code members}. */
    Membership after(Membership members);
  }

  /** Gives the peer a copy; it does not count in decisions yet. */
  record AddLearner(PeerId peer) implements Reconfigure {
    @Override
    public Membership after(Membership members) {
      return new Membership(members.voters(), with(members.learners(), peer));
    }
  }

  /** Makes a learner that has caught up a voter. */
  record Promote(PeerId peer) implements Reconfigure {
    @Override
    public Membership after(Membership members) {
      return new Membership(with(members.voters(), peer), without(members.learners(), peer));
    }
  }

  /** The peer, which does not lead, gives its copy up. */
  record RemoveVoter(PeerId peer) implements Reconfigure {
    @Override
    public Membership after(Membership members) {
      return new Membership(without(members.voters(), peer), members.learners());
    }
  }

  /** The peer gives up a copy that it has not completed, or that is not wanted any more. */
  record RemoveLearner(PeerId peer) implements Reconfigure {
    @Override
    public Membership after(Membership members) {
      return new Membership(members.voters(), without(members.learners(), peer));
    }
  }

  /** The peer, a voter that has caught up, is to lead. */
  record TransferLeadership(PeerId peer) implements ReplicaStep {}

  private static List<PeerId> with(List<PeerId> peers, PeerId peer) {
    List<PeerId> more = new ArrayList<>(peers);
    more.add(peer);
    return more;
  }

  private static List<PeerId> without(List<PeerId> peers, PeerId peer) {
    return peers.stream().filter(other -> !other.equals(peer)).toList();
  }
}
