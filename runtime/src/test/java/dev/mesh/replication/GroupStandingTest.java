package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Role;
import dev.mesh.replication.GroupStanding.Member;
import dev.mesh.replication.GroupStanding.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GroupStandingTest {
  private static final GroupId GROUP = new GroupId(3);
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final Membership FIRST = Membership.of(List.of(A, B));
  private static final Membership SECOND = new Membership(List.of(A, B), List.of(C));

  private static GroupStatus status(
      PeerId self,
      Role role,
      long term,
      long applied,
      Membership members,
      Map<PeerId, Long> match) {
    return new GroupStatus(
        GROUP, self, role, term, Optional.empty(), applied, applied, applied + 2, members, match);
  }

  private static GroupStanding of(GroupStatus... answers) {
    return GroupStanding.of(GROUP, "", FIRST, List.of(answers));
  }

  @Test
  void theLeaderSaysWhoBelongsAndHowFarEachIs() {
    GroupStanding group =
        of(
            status(A, Role.LEADER, 2, 10, SECOND, Map.of(B, 12L, C, 4L)),
            status(C, Role.FOLLOWER, 2, 3, FIRST, Map.of()));
    assertEquals(Optional.of(A), group.leader());
    assertEquals(OptionalLong.of(2), group.term());
    assertEquals(OptionalLong.of(10), group.applied());
    assertEquals(OptionalLong.of(8), group.lag());
    assertEquals(
        List.of(
            member(A, Part.LEADER, true, 12, OptionalLong.of(10), 0),
            member(B, Part.FOLLOWER, false, 12, OptionalLong.empty(), 0),
            member(C, Part.LEARNER, true, 4, OptionalLong.of(3), 8)),
        group.members());
  }

  private static Member member(
      PeerId peer, Part role, boolean reachable, long match, OptionalLong applied, long lag) {
    return new Member(
        peer,
        Optional.of(role),
        role != Part.LEARNER,
        reachable,
        OptionalLong.of(match),
        applied,
        OptionalLong.of(lag));
  }

  @Test
  void aLeaderOfAnEarlierTermLeadsNoMore() {
    GroupStanding group =
        of(
            status(A, Role.LEADER, 2, 10, SECOND, Map.of(B, 12L, C, 4L)),
            status(B, Role.CANDIDATE, 3, 9, FIRST, Map.of()));
    assertEquals(Optional.empty(), group.leader());
    assertEquals(OptionalLong.of(3), group.term());
    assertEquals(OptionalLong.of(10), group.commit());
    assertEquals(OptionalLong.empty(), group.applied());
    assertEquals(OptionalLong.empty(), group.lag());
    assertEquals(List.of(A, B), group.members().stream().map(Member::peer).toList());
  }

  @Test
  void whenNobodyAnswersOnlyTheMembersAreKnown() {
    GroupStanding group = of();
    assertEquals(OptionalLong.empty(), group.term());
    assertEquals(OptionalLong.empty(), group.commit());
    assertEquals(2, group.members().size());
    for (Member member : group.members()) {
      assertEquals(Optional.empty(), member.role());
      assertFalse(member.reachable());
    }
  }
}
