package dev.mesh.protocols.placement;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * How the replicas of every group come to where the ring has them: from the state that a group is
 * in, its next single step. Nothing is remembered between steps, so that whoever leads group 0 can
 * go on from wherever the one before it stopped.
 *
 * <ul>
 *   <li>A replica is added, as a learner, and has caught up before another is removed, so that a
 *       move leaves a group no fewer copies than it had. But who leaves does not wait for a peer
 *       that is out of reach: it will stop, and then its copy is of no more use than none.
 *   <li>One change at a time in a group; copies are made for a bounded number of groups at once,
 *       for they cost disk and network.
 *   <li>No step is taken after which those who are there would not be a majority of the voters:
 *       those in reach that keep up with the group's leader, which knows soonest who is lost.
 *   <li>Who leads and is to go hands over first; in the end the ring's owner leads.
 * </ul>
 *
 * The targets depend on the registry and on who is gone for good, not on who is out of reach at the
 * moment: a short absence moves nothing. Immutable.
 */
public final class ReplicaPlan {
  private final Directory directory;
  private final Ring ring;
  private final Set<PeerId> alive;
  private final Set<PeerId> gone;
  private final int maxMoves;

  /**
   * A plan for the mesh as it is now.
   *
   * @param alive the peers that can be reached
   * @param gone the registered peers that are given up; none of them is alive
   * @param maxMoves for how many groups a copy may be made at once, 1 or more
   */
  public ReplicaPlan(Directory directory, Set<PeerId> alive, Set<PeerId> gone, int maxMoves) {
    if (maxMoves < 1) {
      throw new IllegalArgumentException("a plan with " + maxMoves + " moves at once: allow 1");
    }
    this.directory = directory;
    this.alive = Set.copyOf(alive);
    this.gone = Set.copyOf(gone);
    this.maxMoves = maxMoves;
    SortedMap<PeerId, String> zones = directory.activeZones();
    zones.keySet().removeAll(gone);
    this.ring = Ring.of(zones);
  }

  /** The peers that are to hold {@code group}, the one that is to lead it first. */
  public List<PeerId> replicas(GroupId group) {
    return Replicas.of(group, ring);
  }

  /**
   * The next step of each group that has one.
   *
   * @param reports of the groups that have a leader; the others must wait until they have
   * @param resting groups that are to be left alone
   */
  public SortedMap<GroupId, ReplicaStep> steps(
      Map<GroupId, GroupReport> reports, Set<GroupId> resting) {
    long moves = reports.values().stream().filter(this::isCopying).count();
    SortedMap<GroupId, ReplicaStep> steps = new TreeMap<>();
    for (GroupReport report : new TreeMap<>(reports).values()) {
      Optional<ReplicaStep> step =
          resting.contains(report.group()) ? Optional.empty() : step(report);
      boolean copies = step.filter(ReplicaStep.AddLearner.class::isInstance).isPresent();
      if (!copies || moves < maxMoves) {
        step.ifPresent(next -> steps.put(report.group(), next));
        moves += copies ? 1 : 0;
      }
    }
    return steps;
  }

  /** A learner out of reach takes neither disk nor network. */
  private boolean isCopying(GroupReport report) {
    return report.members().learners().stream().anyMatch(alive::contains);
  }

  /**
   * The peers to be struck off the registry: those that leave, or are gone, and hold nothing any
   * more. Who leaves stays until every group has reported: one that has not may have more members
   * than are recorded, and may need this one. Nothing can be hoped for from who is gone, so a group
   * that cannot report keeps nobody but its recorded members.
   */
  public SortedSet<PeerId> removable(Map<GroupId, GroupReport> reports) {
    SortedSet<PeerId> removable = new TreeSet<>();
    boolean allReported = reports.keySet().containsAll(directory.groups().keySet());
    directory
        .peers()
        .forEach(
            (id, peer) -> {
              boolean mayLeave = peer.state() == PeerState.LEAVING && allReported;
              boolean toGo = mayLeave || gone.contains(id);
              if (toGo && directory.groupsOf(id).isEmpty() && !isMember(id, reports)) {
                removable.add(id);
              }
            });
    return removable;
  }

  private static boolean isMember(PeerId peer, Map<GroupId, GroupReport> reports) {
    return reports.values().stream().anyMatch(report -> report.members().isMember(peer));
  }

  private Optional<ReplicaStep> step(GroupReport report) {
    List<PeerId> target = replicas(report.group());
    if (!report.committed() || target.isEmpty()) {
      return Optional.empty();
    }
    Membership members = report.members();
    Optional<PeerId> unwanted =
        members.learners().stream().filter(learner -> !target.contains(learner)).findFirst();
    if (unwanted.isPresent()) {
      return unwanted.map(ReplicaStep.RemoveLearner::new);
    }
    if (isCopying(report)) {
      return replace(report);
    }
    if (!members.voters().containsAll(target)) {
      return target.stream()
          .filter(peer -> !members.isVoter(peer) && alive.contains(peer))
          .findFirst()
          .<ReplicaStep>map(ReplicaStep.AddLearner::new)
          .or(() -> shrink(report, target, this::leaves));
    }
    return members.voters().size() > target.size()
        ? shrink(report, target, voter -> !target.contains(voter))
        : lead(report, target.subList(0, 1));
  }

  private boolean leaves(PeerId peer) {
    Registered registered = directory.peers().get(peer);
    return registered != null && registered.state() == PeerState.LEAVING;
  }

  /**
   * Once a learner has caught up, a voter that is gone makes room for it first: with it, one more
   * would have to be alive for a majority.
   */
  private Optional<ReplicaStep> replace(GroupReport report) {
    Membership members = report.members();
    Optional<PeerId> ready =
        members.learners().stream()
            .filter(learner -> report.caughtUp().contains(learner) && alive.contains(learner))
            .findFirst();
    if (ready.isEmpty()) {
      return Optional.empty();
    }
    return members.voters().stream()
        .filter(voter -> gone.contains(voter) && !voter.equals(report.leader()))
        .findFirst()
        .<ReplicaStep.Reconfigure>map(ReplicaStep.RemoveVoter::new)
        .or(() -> ready.map(ReplicaStep.Promote::new))
        .flatMap(step -> ifSafe(step, report));
  }

  /** Removes a voter that is too many: first who is gone, at last who leads. */
  private Optional<ReplicaStep> shrink(
      GroupReport report, List<PeerId> target, Predicate<PeerId> isTooMany) {
    return report.members().voters().stream()
        .filter(isTooMany)
        .min(
            Comparator.comparing((PeerId voter) -> voter.equals(report.leader()))
                .thenComparing(voter -> !gone.contains(voter)))
        .flatMap(
            next ->
                next.equals(report.leader())
                    ? lead(report, target)
                    : ifSafe(new ReplicaStep.RemoveVoter(next), report));
  }

  /** Has the first of {@code heirs} lead that can, unless it does. */
  private Optional<ReplicaStep> lead(GroupReport report, List<PeerId> heirs) {
    return heirs.stream()
        .filter(heir -> report.caughtUp().contains(heir) && alive.contains(heir))
        .filter(heir -> !heir.equals(report.leader()))
        .findFirst()
        .map(ReplicaStep.TransferLeadership::new);
  }

  private Optional<ReplicaStep> ifSafe(ReplicaStep.Reconfigure step, GroupReport report) {
    List<PeerId> voters = step.after(report.members()).voters();
    int present =
        (int)
            voters.stream()
                .filter(alive::contains)
                .filter(voter -> voter.equals(report.leader()) || report.caughtUp().contains(voter))
                .count();
    return Quorum.isMajority(present, voters.size()) ? Optional.of(step) : Optional.empty();
  }
}
