package dev.mesh.protocols.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplicaPlanTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final GroupId ONE = new GroupId(1);
  private static final int LONG = 300;
  private static final int SHORT = 100;

  @Test
  void aMeshGrowsAndShrinksAndItsReplicasFollow() {
    ReplicaMoves mesh = new ReplicaMoves(8, new SeededDraws(1), "a");
    mesh.run(LONG);
    mesh.assertSettled();
    for (List<String> more : List.of(List.of("b", "c"), List.of("d", "e"))) {
      more.forEach(id -> mesh.add(id, "zone-of-" + id));
      mesh.run(LONG);
      mesh.assertSettled();
    }
    assertEquals(5, mesh.directory().groups().get(GroupId.META).members().voters().size());
    for (List<String> fewer : List.of(List.of("a", "b", "e"), List.of("c"))) {
      fewer.forEach(id -> mesh.leave(new PeerId(id)));
      mesh.run(LONG);
      mesh.assertSettled();
    }
    assertEquals(Set.of(new PeerId("d")), mesh.registered());
  }

  @Test
  void fromAnyStateWhoIsThereAndStaysEndsUpWithTheReplicas() {
    Seeds.run(
        25,
        seed -> {
          SeededDraws draws = new SeededDraws(seed);
          ReplicaMoves mesh = new ReplicaMoves(1 + draws.below(6), draws.fork(), "a", "b", "c");
          for (int i = 0; i < 300; i++) {
            disturb(mesh, draws, "p" + i);
            mesh.run(1);
          }
          mesh.run(LONG);
          mesh.assertSettled();
          int copies = mesh.copies();
          mesh.run(50);
          mesh.assertSettled();
          assertEquals(copies, mesh.copies(), "copies are made though all is settled");
          assertTrue(mesh.registered().stream().noneMatch(mesh.dead()::contains));
          return mesh.hash();
        });
  }

  private static void disturb(ReplicaMoves mesh, SeededDraws draws, String newcomer) {
    if (draws.chance(3) && mesh.registered().size() < 9) {
      mesh.add(newcomer, "zone-" + draws.below(3));
    }
    List<PeerId> alive = mesh.alive().stream().sorted().toList();
    PeerId one = alive.get(draws.below(alive.size()));
    if (draws.chance(4) && mesh.canDoWithout(one)) {
      mesh.kill(one);
    } else if (draws.chance(2) && mesh.canDoWithout(one)) {
      mesh.leave(one);
    }
    for (PeerId dead : mesh.dead().stream().sorted().toList()) {
      if (draws.chance(5)) {
        mesh.revive(dead);
      }
    }
  }

  @Test
  void aNewcomerTakesOverWhatIsToBeItsOwnAndNothingElseMoves() {
    ReplicaMoves mesh = new ReplicaMoves(32, new SeededDraws(7), "a", "b", "c", "d", "e");
    mesh.run(LONG);
    mesh.assertSettled();
    int before = mesh.copies();
    Map<GroupId, List<PeerId>> targets = targets(mesh);
    mesh.add("f", "zone-of-f");
    mesh.run(LONG);
    mesh.assertSettled();
    long news =
        targets(mesh).entrySet().stream()
            .mapToLong(
                group ->
                    group.getValue().stream()
                        .filter(peer -> !targets.get(group.getKey()).contains(peer))
                        .count())
            .sum();
    assertEquals(news, mesh.copies() - before);
    assertTrue(news > 0 && news < 33, news + " copies for a sixth peer, 101 in all");
  }

  private static Map<GroupId, List<PeerId>> targets(ReplicaMoves mesh) {
    return mesh.directory().groups().keySet().stream()
        .collect(Collectors.toMap(group -> group, mesh.plan()::replicas));
  }

  @Test
  void aShortAbsenceMovesNothing() {
    ReplicaMoves mesh = new ReplicaMoves(8, new SeededDraws(3), "a", "b", "c", "d");
    mesh.run(LONG);
    int before = mesh.copies();
    mesh.kill(A);
    mesh.run(20);
    mesh.revive(A);
    mesh.run(LONG);
    mesh.assertSettled();
    assertEquals(before, mesh.copies());
  }

  @Test
  void replicasAreSpreadOverZonesAndGroupZeroHasFive() {
    Map<PeerId, String> zones =
        IntStream.range(0, 9)
            .boxed()
            .collect(Collectors.toMap(i -> new PeerId("p" + i), i -> "zone-" + i % 3));
    Ring ring = Ring.of(zones);
    for (int group = 1; group <= 64; group++) {
      List<PeerId> replicas = Replicas.of(new GroupId(group), ring);
      assertEquals(3, replicas.stream().map(zones::get).distinct().count(), replicas.toString());
    }
    assertEquals(5, Replicas.of(GroupId.META, ring).size());
    List<Integer> voters =
        IntStream.range(0, 7).mapToObj(n -> Replicas.of(GroupId.META, ring(n)).size()).toList();
    assertEquals(List.of(0, 1, 2, 3, 3, 5, 5), voters);
  }

  private static Ring ring(int peers) {
    return Ring.of(
        IntStream.range(0, peers)
            .boxed()
            .collect(Collectors.toMap(i -> new PeerId("p" + i), i -> "zone")));
  }

  @Test
  void theLastVoterStaysThoughItLeaves() {
    Directory directory = directory(Map.of(A, PeerState.LEAVING), Membership.of(List.of(A)));
    ReplicaPlan plan = new ReplicaPlan(directory, Set.of(A), Set.of(), 1);
    Map<GroupId, GroupReport> reports = report(A, Membership.of(List.of(A)), true, Set.of());
    assertEquals(Map.of(), plan.steps(reports, Set.of()));
    assertEquals(Set.of(), plan.removable(reports));
  }

  @Test
  void aVoterIsNotRemovedWhileTheRestCouldNotDecide() {
    Membership members = Membership.of(List.of(A, B, C));
    Directory directory =
        directory(Map.of(A, PeerState.ACTIVE, B, PeerState.ACTIVE, C, PeerState.LEAVING), members);
    Map<GroupId, GroupReport> reports = report(A, members, true, Set.of(B, C));
    assertEquals(
        Map.of(), new ReplicaPlan(directory, Set.of(A, C), Set.of(), 1).steps(reports, Set.of()));
    ReplicaPlan plan = new ReplicaPlan(directory, Set.of(A, B, C), Set.of(), 1);
    assertEquals(Map.of(ONE, new ReplicaStep.RemoveVoter(C)), plan.steps(reports, Set.of()));
    assertEquals(
        Map.of(),
        plan.steps(report(A, members, true, Set.of(C)), Set.of()),
        "b may be dead, its leader says");
  }

  @Test
  void nothingIsChangedUntilTheLastChangeIsCommitted() {
    Membership members = Membership.of(List.of(A));
    Directory directory = directory(Map.of(A, PeerState.ACTIVE, B, PeerState.ACTIVE), members);
    ReplicaPlan plan = new ReplicaPlan(directory, Set.of(A, B), Set.of(), 1);
    assertEquals(Map.of(), plan.steps(report(A, members, false, Set.of()), Set.of()));
    assertEquals(
        Map.of(ONE, new ReplicaStep.AddLearner(B)),
        plan.steps(report(A, members, true, Set.of()), Set.of()));
  }

  @Test
  void whoIsGoneMakesRoomForTheOneWhoHasCaughtUp() {
    PeerId d = new PeerId("d");
    Membership members = new Membership(List.of(A, B, C), List.of(d));
    Directory directory =
        directory(
            Map.of(
                A, PeerState.ACTIVE, B, PeerState.ACTIVE, C, PeerState.ACTIVE, d, PeerState.ACTIVE),
            members);
    ReplicaPlan plan = new ReplicaPlan(directory, Set.of(A, B, d), Set.of(C), 1);
    assertEquals(Map.of(), plan.steps(report(A, members, true, Set.of(B)), Set.of()));
    assertEquals(
        Map.of(ONE, new ReplicaStep.RemoveVoter(C)),
        plan.steps(report(A, members, true, Set.of(B, d)), Set.of()));
  }

  @Test
  void nobodyIsStruckOffWhileAGroupHasNotReported() {
    Directory directory =
        directory(Map.of(A, PeerState.ACTIVE, B, PeerState.LEAVING), Membership.of(List.of(A)));
    ReplicaPlan plan = new ReplicaPlan(directory, Set.of(A, B), Set.of(), 1);
    assertEquals(Set.of(), plan.removable(Map.of()));
    Membership notYetRecorded = new Membership(List.of(A), List.of(B));
    assertEquals(Set.of(), plan.removable(report(A, notYetRecorded, true, Set.of())));
    assertEquals(Set.of(B), plan.removable(report(A, Membership.of(List.of(A)), true, Set.of())));
  }

  @Test
  void whoIsGoneIsStruckOffThoughAGroupWithoutItCannotReport() {
    Map<PeerId, PeerState> peers = Map.of(A, PeerState.ACTIVE, B, PeerState.LEAVING);
    Directory without = directory(peers, Membership.of(List.of(A)));
    assertEquals(Set.of(B), plan(without, B).removable(Map.of()));
    Membership notYetRecorded = new Membership(List.of(A), List.of(B));
    assertEquals(Set.of(), plan(without, B).removable(report(A, notYetRecorded, true, Set.of())));
    Directory with = directory(peers, Membership.of(List.of(A, B)));
    assertEquals(Set.of(), plan(with, B).removable(Map.of()));
  }

  private static ReplicaPlan plan(Directory directory, PeerId gone) {
    return new ReplicaPlan(directory, Set.of(A), Set.of(gone), 1);
  }

  @Test
  void whoLeavesDoesNotWaitForWhoIsOutOfReach() {
    PeerId d = new PeerId("d");
    Map<PeerId, PeerState> peers =
        Map.of(A, PeerState.ACTIVE, B, PeerState.ACTIVE, C, PeerState.LEAVING, d, PeerState.ACTIVE);
    for (List<PeerId> learners : List.of(List.<PeerId>of(), List.of(d))) {
      Membership members = new Membership(List.of(A, B, C), learners);
      ReplicaPlan plan = new ReplicaPlan(directory(peers, members), Set.of(A, B, C), Set.of(), 1);
      assertEquals(
          Map.of(ONE, new ReplicaStep.RemoveVoter(C)),
          plan.steps(report(A, members, true, Set.of(B, C)), Set.of()));
      assertInstanceOf(
          ReplicaStep.TransferLeadership.class,
          plan.steps(report(C, members, true, Set.of(A, B)), Set.of()).get(ONE));
    }
  }

  @Test
  void whoLeavesKnowsWhenNothingMoreCanBeHandedOver() {
    int[] stuck = {0};
    int[] left = {0};
    Seeds.run(
        80,
        seed -> {
          SeededDraws draws = new SeededDraws(seed);
          String[] founders =
              IntStream.range(0, 3 + draws.below(5)).mapToObj(i -> "p" + i).toArray(String[]::new);
          ReplicaMoves mesh = new ReplicaMoves(1 + draws.below(4), draws.fork(), founders);
          mesh.run(SHORT);
          PeerId leaver = new PeerId("p0");
          IntStream.range(1, founders.length)
              .filter(i -> draws.chance(35))
              .forEach(i -> mesh.kill(new PeerId("p" + i)));
          mesh.leave(leaver);
          mesh.runWhileNobodyIsGivenUp();
          boolean registered = mesh.registered().contains(leaver);
          assertEquals(
              registered,
              registered && HandOver.obstacle(mesh.directory(), leaver, mesh.alive()).isPresent(),
              () -> mesh.directory() + " with " + mesh.alive());
          (registered ? stuck : left)[0]++;
          return mesh.hash();
        });
    assertTrue(stuck[0] > 10 && left[0] > 10, stuck[0] + " stuck, " + left[0] + " left");
  }

  @Test
  void aPlanAllowsAtLeastOneMove() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ReplicaPlan(Directory.EMPTY, Set.of(), Set.of(), 0));
  }

  private static Directory directory(Map<PeerId, PeerState> peers, Membership members) {
    TreeMap<PeerId, Registered> registered = new TreeMap<>();
    peers.forEach((id, state) -> registered.put(id, new Registered("host:1", "zone", state)));
    return new Directory(
        1, 1, 1, registered, new TreeMap<>(Map.of(ONE, new GroupEntry("", members, 0))));
  }

  private static Map<GroupId, GroupReport> report(
      PeerId leader, Membership members, boolean committed, Set<PeerId> caughtUp) {
    return Map.of(ONE, new GroupReport(ONE, leader, 1, members, 0, committed, caughtUp));
  }
}
