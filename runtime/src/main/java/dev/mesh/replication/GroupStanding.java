package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How a group stands, put together from what its replicas say of themselves at about the same time.
 * What nobody said is absent. Indexes are those of the group's log.
 *
 * @param name of the group; empty for group 0 and those that share the slices
 * @param leader who leads in {@code term}
 * @param term the latest that a replica has seen
 * @param commit the last entry that is known to be committed
 * @param applied the last entry in the leader's state machine
 * @param lag of the member that lacks most
 */
public record GroupStanding(
    GroupId group,
    String name,
    List<Member> members,
    Optional<PeerId> leader,
    OptionalLong term,
    OptionalLong commit,
    OptionalLong applied,
    OptionalLong lag) {
  public GroupStanding {
    members = List.copyOf(members);
  }

  /**
   * A member.
   *
   * @param role what it says that it is, or what the others know that it is
   * @param reachable whether it answered
   * @param match the leader's log is on its disk up to here, as the leader knows it
   * @param applied the last entry in its state machine
   * @param lag entries of the leader that it is not known to hold
   */
  public record Member(
      PeerId peer,
      Optional<Part> role,
      boolean voter,
      boolean reachable,
      OptionalLong match,
      OptionalLong applied,
      OptionalLong lag) {}

  /** What a member does in its group. */
  public enum Part {
    LEADER,
    FOLLOWER,
    LEARNER
  }

  /**
   * Puts answers together.
   *
   * @param known the members, where no replica tells
   * @param answers at most one of each replica
   */
  static GroupStanding of(
      GroupId group, String name, Membership known, Collection<GroupStatus> answers) {
    Optional<GroupStatus> latest =
        answers.stream().max(Comparator.comparingLong(GroupStatus::term));
    Optional<GroupStatus> leader =
        answers.stream()
            .filter(it -> it.role() == Role.LEADER && it.term() == latest.orElseThrow().term())
            .findFirst();
    Map<PeerId, GroupStatus> byPeer = new TreeMap<>();
    answers.forEach(answer -> byPeer.put(answer.self(), answer));
    Membership membership = leader.or(() -> latest).map(GroupStatus::members).orElse(known);
    List<Member> members = new ArrayList<>();
    for (List<PeerId> peers : List.of(membership.voters(), membership.learners())) {
      for (PeerId peer : peers) {
        members.add(
            member(peer, membership.isVoter(peer), Optional.ofNullable(byPeer.get(peer)), leader));
      }
    }
    return new GroupStanding(
        group,
        name,
        members,
        leader.map(GroupStatus::self),
        latest.map(it -> OptionalLong.of(it.term())).orElse(OptionalLong.empty()),
        answers.stream().mapToLong(GroupStatus::commitIndex).max(),
        leader.map(it -> OptionalLong.of(it.appliedIndex())).orElse(OptionalLong.empty()),
        members.stream().flatMapToLong(it -> it.lag().stream()).max());
  }

  private static Member member(
      PeerId peer, boolean voter, Optional<GroupStatus> answer, Optional<GroupStatus> leader) {
    OptionalLong match = leader.map(it -> matchOf(peer, it)).orElse(OptionalLong.empty());
    return new Member(
        peer,
        part(peer, voter, answer, leader),
        voter,
        answer.isPresent(),
        match,
        answer.map(it -> OptionalLong.of(it.appliedIndex())).orElse(OptionalLong.empty()),
        match.isPresent()
            ? OptionalLong.of(leader.orElseThrow().lastIndex() - match.getAsLong())
            : OptionalLong.empty());
  }

  private static Optional<Part> part(
      PeerId peer, boolean voter, Optional<GroupStatus> answer, Optional<GroupStatus> leader) {
    if (!voter) {
      return Optional.of(Part.LEARNER);
    } else if (leader.isPresent()) {
      return Optional.of(leader.get().self().equals(peer) ? Part.LEADER : Part.FOLLOWER);
    }
    return answer.map(it -> Part.FOLLOWER);
  }

  private static OptionalLong matchOf(PeerId peer, GroupStatus leader) {
    Long match =
        leader.self().equals(peer) ? Long.valueOf(leader.lastIndex()) : leader.match().get(peer);
    return match == null ? OptionalLong.empty() : OptionalLong.of(match);
  }
}
