package dev.mesh.protocols.placement;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.raft.Membership;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a peer that leaves can still be relieved of anything, as it can tell by itself. It is
 * what {@link ReplicaPlan} comes to for as long as nobody comes or goes. Pure.
 */
public final class HandOver {
  private final Directory directory;
  private final PeerId leaver;
  private final Set<PeerId> reachable;

  private HandOver(Directory directory, PeerId leaver, Set<PeerId> reachable) {
    this.directory = directory;
    this.leaver = leaver;
    this.reachable = reachable;
  }

  /**
   * Why {@code leaver} has nothing more to wait for although it is still registered; empty if it
   * has.
   *
   * @param directory in which it is registered
   * @param reachable the peers in its reach, itself included
   */
  public static Optional<String> obstacle(
      Directory directory, PeerId leaver, Set<PeerId> reachable) {
    return new HandOver(directory, leaver, reachable).obstacle();
  }

  private Optional<String> obstacle() {
    GroupEntry meta = directory.groups().get(GroupId.META);
    if (meta != null && !decides(meta.members().voters())) {
      return Optional.of(
          "no majority of " + meta.members().voters() + " is in reach, so nothing can be recorded");
    }
    if (directory.peers().get(leaver).state() != PeerState.LEAVING) {
      return Optional.empty();
    }
    List<GroupId> held = directory.groupsOf(leaver);
    if (held.isEmpty()) {
      return directory.groups().entrySet().stream()
          .filter(group -> !decides(group.getValue().members().voters()))
          .findFirst()
          .map(group -> group.getKey() + " has no majority in reach and cannot say who holds it");
    }
    return held.stream().anyMatch(this::movesOn)
        ? Optional.empty()
        : Optional.of(
            "without it and those out of reach, "
                + held
                + " would have no majority, and nobody in reach can take its place");
  }

  private boolean movesOn(GroupId group) {
    Membership members = directory.groups().get(group).members();
    Set<PeerId> others = new HashSet<>(members.voters());
    others.remove(leaver);
    boolean canGo = !members.isVoter(leaver) || decides(others);
    return decides(members.voters()) && (canGo || canBeReplaced(group, members));
  }

  private boolean canBeReplaced(GroupId group, Membership members) {
    return Replicas.of(group, Ring.of(directory.activeZones())).stream()
        .anyMatch(peer -> !members.isVoter(peer) && reachable.contains(peer));
  }

  private boolean decides(Collection<PeerId> voters) {
    int present = (int) voters.stream().filter(reachable::contains).count();
    return Quorum.isMajority(present, voters.size());
  }
}
