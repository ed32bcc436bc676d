package dev.mesh.http;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * The replication groups of the mesh, as operators see and change them. A stage that fails with a
 * {@link Problem} says so to the client. Implementations are thread-safe and do not block.
 */
public interface ConsensusApi {

  /**
   * All groups as they stand, in the order of their numbers. Completes within a few seconds, with
   * what could be found out by then.
   */
  CompletionStage<List<Group>> groups();

  /** Makes a peer a voter of a group: it learns first, and becomes a voter once it keeps up. */
  CompletionStage<Change> add(String group, String peer);

  /** Takes a peer, voter or learner, out of a group. */
  CompletionStage<Change> remove(String group, String peer);

  /** Has a group's leader hand over to another of its voters. */
  CompletionStage<Change> transfer(String group, String peer);

  /**
   * A group. What is unknown is absent. Indexes are those of the group's log.
   *
   * @param id its number
   * @param name given by the application that made the group
   * @param protocol what keeps the members of one mind
   * @param term the latest heard of
   * @param commit the last entry that is known to be at a majority
   * @param applied the last entry in the leader's state machine
   * @param lag entries that the member furthest behind does not hold yet
   */
  record Group(
      String id,
      Optional<String> name,
      String protocol,
      List<Member> members,
      Optional<String> leader,
      OptionalLong term,
      OptionalLong commit,
      OptionalLong applied,
      OptionalLong lag) {
    public Group {
      members = List.copyOf(members);
    }
  }

  /**
   * A member of a group.
   *
   * @param role leader, follower or learner; absent for a voter that does not say
   * @param voter whether it counts in the majority
   * @param reachable whether its replica answered
   * @param match the leader's log is on its disk up to here
   * @param applied the last entry in its state machine
   * @param lag entries of the leader that it is not known to hold
   */
  record Member(
      String id,
      Optional<String> role,
      boolean voter,
      boolean reachable,
      OptionalLong match,
      OptionalLong applied,
      OptionalLong lag) {}

  /**
   * What became of a change that did not fail.
   *
   * @param outcome voter, learner, removed, leader or unchanged
   * @param message the same in words, and what will follow
   */
  record Change(String group, String peer, String outcome, String message) {}
}
