package dev.mesh.protocols.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.partition.PartitionJudge.Effect;
import dev.mesh.protocols.partition.PartitionJudge.Heard;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitionJudgeTest {
  private static final long READ_ONLY_AFTER = 100;
  private static final long DOWN_AFTER = 1000;

  @Test
  void beginsReadOnlyAndWritesAsSoonAsAMajorityIsInReach() {
    PartitionJudge judge = judge("a", "b", "c");
    assertFalse(judge.verdict().writable());
    judge.observe(5, peers("a"), peers("a"));
    assertFalse(judge.verdict().writable());
    assertEquals(
        List.of(new Effect.Judged(new Verdict(true, ""))),
        judge.observe(6, peers("a", "b"), peers("a", "b")));
  }

  @Test
  void theMajorityGoesOnAndRemovesTheOthersOnceNothingChanges() {
    PartitionJudge judge = formed("a", "b", "c");
    assertEquals(List.of(), judge.observe(10, peers("a", "b", "c"), peers("a", "b")));
    assertEquals(List.of(), judge.observe(1009, peers("a", "b", "c"), peers("a", "b")));
    assertEquals(
        List.of(new Effect.Remove(peers("c"))),
        judge.observe(1010, peers("a", "b", "c"), peers("a", "b")));
  }

  @Test
  void aMinorityTurnsReadOnlyInBoundedTimeAndRemovesNobody() {
    PartitionJudge judge = formed("a", "b", "c");
    assertEquals(List.of(), judge.observe(10, peers("a", "b", "c"), peers("a")));
    assertEquals(List.of(), judge.observe(109, peers("a", "b", "c"), peers("a")));
    List<Effect> effects = judge.observe(110, peers("a", "b", "c"), peers("a"));
    assertEquals(1, effects.size());
    assertFalse(judge.verdict().writable());
    assertTrue(judge.verdict().why().contains("1 of 3"), judge.verdict().why());
    assertEquals(List.of(), judge.observe(100_000, peers("a", "b", "c"), peers("a")));
  }

  @Test
  void whoIsCountedChangesAsPeersComeAndGo() {
    PartitionJudge judge = formed("a");
    judge.observe(10, peers("a", "b", "c"), peers("a"));
    assertTrue(judge.verdict().writable(), "those that joined do not count until registered");
    judge.count(20, peers("a", "b", "c"));
    judge.observe(20, peers("a", "b", "c"), peers("a"));
    judge.observe(120, peers("a", "b", "c"), peers("a"));
    assertFalse(judge.verdict().writable());
    judge.count(130, peers("a"));
    judge.observe(130, peers("a", "b", "c"), peers("a"));
    assertTrue(judge.verdict().writable());
  }

  @Test
  void whoIsOnTheWayInCountsAndLetsTheLostBeRemoved() {
    PartitionJudge judge = formed("a", "b", "c");
    judge.observe(10, peers("a", "b"), peers("a", "b"));
    judge.observe(20, peers("a", "b"), peers("a"));
    judge.observe(120, peers("a", "b"), peers("a"));
    assertFalse(judge.verdict().writable());
    judge.expect(5000, peers("c"));
    assertEquals(
        List.of(new Effect.Judged(new Verdict(true, ""))),
        judge.observe(5000, peers("a", "b"), peers("a")));
    assertEquals(
        List.of(new Effect.Remove(peers("b"))), judge.observe(6000, peers("a", "b"), peers("a")));
    judge.expect(6010, peers());
    judge.observe(6010, peers("a"), peers("a"));
    judge.observe(6110, peers("a"), peers("a"));
    assertFalse(judge.verdict().writable(), "it has turned back");
  }

  @Test
  void whoIsSilentForHeartbeatsDoesNotCountThoughMembershipHasNotNoticed() {
    PartitionJudge judge = formed("a", "b", "c");
    judge.hear(10, new Heard(peers("b", "c"), peers(), true));
    judge.observe(109, peers("a", "b", "c"), peers("a", "b", "c"));
    assertTrue(judge.verdict().writable());
    assertEquals(1, judge.observe(110, peers("a", "b", "c"), peers("a", "b", "c")).size());
    assertFalse(judge.verdict().writable());
    judge.hear(200, new Heard(peers("c"), peers(), true));
    judge.observe(200, peers("a", "b", "c"), peers("a", "b", "c"));
    assertTrue(judge.verdict().writable());
  }

  @Test
  void whoIsConfirmedFailedIsRemovedAtOnceByAMajorityAlone() {
    PartitionJudge judge = formed("a", "b", "c");
    judge.hear(10, new Heard(peers("c"), peers("c"), true));
    assertEquals(
        List.of(new Effect.Remove(peers("c"))),
        judge.observe(10, peers("a", "b", "c"), peers("a", "b", "c")));
    judge.hear(20, new Heard(peers("b", "c"), peers("b", "c"), true));
    assertEquals(List.of(), judge.observe(20, peers("a", "b", "c"), peers("a", "b", "c")));
    judge.observe(5000, peers("a", "b", "c"), peers("a", "b", "c"));
    assertFalse(judge.verdict().writable());
  }

  @Test
  void whoStoodStillWaitsForAnswersThoughNothingSeemsChanged() {
    PartitionJudge judge = formed("a", "b", "c");
    judge.hear(10, new Heard(peers(), peers(), false));
    judge.observe(110, peers("a", "b", "c"), peers("a", "b", "c"));
    assertFalse(judge.verdict().writable());
    assertTrue(judge.verdict().why().contains("stood still"), judge.verdict().why());
    judge.hear(120, new Heard(peers(), peers(), true));
    judge.observe(120, peers("a", "b", "c"), peers("a", "b", "c"));
    assertTrue(judge.verdict().writable());
  }

  @Test
  void silenceAloneRemovesNobody() {
    PartitionJudge judge = formed("a", "b", "c");
    judge.hear(10, new Heard(peers("c"), peers(), true));
    assertEquals(List.of(), judge.observe(100_000, peers("a", "b", "c"), peers("a", "b", "c")));
  }

  @Test
  void flappingReachabilityDoesNotPutOffReadOnly() {
    PartitionJudge judge = formed("a", "b", "c", "d", "e");
    Set<PeerId> all = peers("a", "b", "c", "d", "e");
    judge.observe(10, all, peers("a", "b"));
    judge.observe(60, all, peers("a"));
    judge.observe(110, all, peers("a", "b"));
    assertFalse(judge.verdict().writable());
  }

  @Test
  void equalHalvesAreBothReadOnlyAndRemoveNobody() {
    for (String[] half : new String[][] {{"a", "b"}, {"c", "d"}}) {
      PartitionJudge judge = formed("a", "b", "c", "d");
      judge.observe(10, peers("a", "b", "c", "d"), peers(half));
      assertEquals(1, judge.observe(5000, peers("a", "b", "c", "d"), peers(half)).size());
      assertFalse(judge.verdict().writable());
    }
  }

  @Test
  void peersThatAreNotRegisteredDoNotCountButAreRemovedByTheMajority() {
    PartitionJudge judge = formed("a", "b", "c");
    Set<PeerId> members = peers("a", "b", "c", "x", "y");
    judge.observe(10, members, peers("a", "x", "y"));
    judge.observe(5000, members, peers("a", "x", "y"));
    assertFalse(judge.verdict().writable());

    PartitionJudge other = formed("a", "b", "c");
    other.observe(10, members, peers("b", "c"));
    assertEquals(
        List.of(new Effect.Remove(peers("a", "x", "y"))),
        other.observe(5000, members, peers("b", "c")));
  }

  @Test
  void whateverTheSplitAtMostOneSideWritesAndOnlyThatSideRemoves() {
    List<PeerId> all = IntStream.range(0, 6).mapToObj(i -> new PeerId("p" + i)).toList();
    for (int registered = 1; registered <= all.size(); registered++) {
      List<PeerId> registry = all.subList(0, registered);
      for (int split = 0; split < 1 << all.size(); split++) {
        int mask = split;
        Set<PeerId> left = new HashSet<>();
        Set<PeerId> right = new HashSet<>();
        IntStream.range(0, all.size())
            .forEach(i -> ((mask >> i & 1) == 0 ? left : right).add(all.get(i)));
        boolean leftWins = wins(registry, all, left);
        boolean rightWins = wins(registry, all, right);
        assertFalse(leftWins && rightWins, registry + " split into " + left + " and " + right);
      }
    }
  }

  /** Whether that side writes in the end; fails if a side that does not removes somebody. */
  private static boolean wins(List<PeerId> registry, List<PeerId> all, Set<PeerId> side) {
    PartitionJudge judge = new PartitionJudge(registry, READ_ONLY_AFTER, DOWN_AFTER, 0);
    judge.observe(0, Set.copyOf(all), side);
    boolean removes =
        judge.observe(DOWN_AFTER, Set.copyOf(all), side).stream()
            .anyMatch(Effect.Remove.class::isInstance);
    assertTrue(judge.verdict().writable() || !removes);
    return judge.verdict().writable();
  }

  @Test
  void anEmptyRegistryIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new PartitionJudge(List.of(), READ_ONLY_AFTER, DOWN_AFTER, 0));
  }

  private static PartitionJudge judge(String... registry) {
    return new PartitionJudge(peers(registry), READ_ONLY_AFTER, DOWN_AFTER, 0);
  }

  private static PartitionJudge formed(String... registry) {
    PartitionJudge judge = judge(registry);
    judge.observe(1, peers(registry), peers(registry));
    assertTrue(judge.verdict().writable());
    return judge;
  }

  private static Set<PeerId> peers(String... names) {
    return Arrays.stream(names).map(PeerId::new).collect(Collectors.toSet());
  }
}
