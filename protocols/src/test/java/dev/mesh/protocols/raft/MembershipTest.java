package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");

  @Test
  void equalMembershipsAreEqualBytes() {
    Membership one = new Membership(List.of(B, A), List.of(C));
    Membership other = new Membership(List.of(A, B, A), List.of(C));
    assertEquals(one.toBytes(), other.toBytes());
    assertEquals(one, Membership.fromBytes(one.toBytes()));
    assertEquals(Membership.NONE, Membership.fromBytes(Membership.NONE.toBytes()));
  }

  @Test
  void whatIsNoMembershipIsRefused() {
    Bytes whole = Membership.of(List.of(A)).toBytes();
    assertThrows(
        IllegalArgumentException.class,
        () -> Membership.fromBytes(whole.slice(0, whole.length() - 1)));
    assertThrows(IllegalArgumentException.class, () -> Membership.fromBytes(Bytes.utf8("no")));
    assertThrows(IllegalArgumentException.class, () -> new Membership(List.of(A), List.of(A)));
    assertThrows(IllegalArgumentException.class, () -> new Membership(List.of(), List.of(A)));
    List<PeerId> tooMany =
        IntStream.rangeClosed(0, Membership.MAX_MEMBERS)
            .mapToObj(i -> new PeerId("p" + i))
            .toList();
    assertThrows(IllegalArgumentException.class, () -> Membership.of(tooMany));
  }

  @Test
  void nobodyIsNoMajority() {
    assertFalse(Membership.NONE.isMajority(0));
    assertFalse(Membership.NONE.isMajority(1));
  }

  @Test
  void aPeerComesAsALearnerAndGoes() {
    Membership group = Membership.of(List.of(A)).withLearner(B);
    assertEquals(new Membership(List.of(A), List.of(B)), group);
    assertEquals(Membership.of(List.of(A, B)), group.withVoter(B));
    assertEquals(Membership.of(List.of(A)), group.without(B));
  }
}
