package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Who belongs to the group (thesis §4). Voters elect and count in the commit rule; learners only
 * receive the log. Both lists are sorted and without duplicates, so equal memberships are equal
 * records.
 *
 * @param voters at least one
 * @param learners none of the voters
 */
public record Membership(List<PeerId> voters, List<PeerId> learners) {
  public Membership {
    voters = List.copyOf(new TreeSet<>(voters));
    learners = List.copyOf(new TreeSet<>(learners));
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a group needs at least one voter");
    }
    for (PeerId learner : learners) {
      if (voters.contains(learner)) {
        throw new IllegalArgumentException(learner + " is both voter and learner");
      }
    }
  }

  /** A group of voters alone. */
  public static Membership of(Collection<PeerId> voters) {
    return new Membership(List.copyOf(voters), List.of());
  }

  public boolean isVoter(PeerId peer) {
    return voters.contains(peer);
  }

  public boolean isMember(PeerId peer) {
    return isVoter(peer) || learners.contains(peer);
  }

  /** Whether {@code present} voters are enough to decide. */
  public boolean isMajority(int present) {
    return Quorum.isMajority(present, voters.size());
  }
}
