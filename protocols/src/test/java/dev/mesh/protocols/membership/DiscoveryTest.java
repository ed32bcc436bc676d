package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.ClusterView.Standing;
import dev.mesh.protocols.membership.Discovery.Effect;
import dev.mesh.protocols.membership.Discovery.Input;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryTest {
  private static final FoundedMesh ABC = mesh("a", "b", "c");
  private static final Contact SELF = new Contact(peer("a"), 7, "a:1");

  @ParameterizedTest
  @CsvSource({"1,0", "3,0", "3,2", "5,0"})
  void aQuietStartMakesOneCluster(int founders, int surplus) {
    for (long seed = 0; seed < 20; seed++) {
      DiscoverySimulation simulation = new DiscoverySimulation(seed, founders, surplus);
      simulation.startAll();
      simulation.run(10_000);
      simulation.assertAllInOneCluster();
      assertEquals(1, simulation.formed());
      assertEquals(1, simulation.mostClusters());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,2", "3,0", "3,2", "5,1"})
  void lossAndCrashesEndInOneCluster(int founders, int surplus) {
    for (long seed = 0; seed < 20; seed++) {
      DiscoverySimulation simulation = new DiscoverySimulation(seed, founders, surplus);
      simulation.loss(30);
      simulation.startAll();
      simulation.crashSome(8, 15_000);
      simulation.run(20_000);
      simulation.loss(0);
      simulation.run(20_000);
      simulation.assertAllInOneCluster();
    }
  }

  @Test
  void aMinorityOfFoundersFormsNothingAndSaysWhy() {
    DiscoverySimulation simulation = new DiscoverySimulation(1, 3, 0);
    simulation.startOnly(1);
    simulation.run(30_000);
    assertEquals(0, simulation.formed());
    assertTrue(
        simulation.status(0).contains("majority of the registered peers"), simulation.status(0));
  }

  @Test
  void whoChangesItsVoteAbstainsWhileTheOldOneMayCount() {
    Announcement announcement = announcement("c", ABC);
    Discovery core =
        new Discovery(
            new Contact(peer("c"), 7, "c:1"),
            settings(),
            new Random(1)::nextInt,
            announcement,
            List.of());
    core.handle(new Input.HelloReceived(0, hello("b", ABC, outside())));
    assertEquals(Optional.of(peer("b")), vote(core.handle(new Input.Tick(10))));
    core.handle(new Input.HelloReceived(100, hello("a", ABC, outside())));
    assertEquals(Optional.empty(), vote(core.handle(new Input.Tick(110))));
    core.handle(new Input.HelloReceived(5_050, hello("a", ABC, outside())));
    assertEquals(Optional.empty(), vote(core.handle(new Input.Tick(5_060))));
    core.handle(new Input.HelloReceived(5_150, hello("a", ABC, outside())));
    assertEquals(Optional.of(peer("a")), vote(core.handle(new Input.Tick(5_160))));
  }

  @Test
  void aRestartedPeerJoinsWhatLives() {
    for (long seed = 0; seed < 20; seed++) {
      DiscoverySimulation simulation = new DiscoverySimulation(seed, 3, 0);
      simulation.startAll();
      simulation.run(8_000);
      simulation.crashNow(0);
      simulation.run(5_000);
      simulation.startNow(0);
      simulation.run(5_000);
      simulation.assertAllInOneCluster();
      assertEquals(1, simulation.formed());
    }
  }

  @ParameterizedTest
  @CsvSource({"3,0,1", "3,0,2", "3,2,1", "5,0,2", "4,0,2"})
  void aPartitionHealsIntoOneClusterOfAll(int founders, int surplus, int cutAt) {
    for (long seed = 0; seed < 20; seed++) {
      DiscoverySimulation simulation = new DiscoverySimulation(seed, founders, surplus);
      simulation.startAll();
      simulation.run(8_000);
      simulation.cut(cutAt);
      simulation.run(15_000);
      assertEquals(1, simulation.formed(), "no side forms a second cluster");
      simulation.heal();
      simulation.run(15_000);
      simulation.assertAllInOneCluster();
      assertEquals(1, simulation.formed());
    }
  }

  @Test
  void aPeerCutOffFromTheMajorityLeavesItsClusterOnceItHearsOfTheOther() {
    Discovery core = discovery(Optional.of(ABC));
    core.handle(
        new Input.ClusterChanged(
            0, new ClusterView(Standing.MEMBER, Set.of(peer("a")), Set.of(peer("a")))));
    Hello other =
        hello("b", ABC, new ClusterReport(true, peers("b", "c"), false, Optional.empty()));
    assertEquals(0, restarts(core.handle(new Input.HelloReceived(100, other))));
    assertEquals(1, restarts(core.handle(new Input.HelloReceived(1_100, other))));
    assertEquals(0, restarts(core.handle(new Input.HelloReceived(1_200, other))), "once");
  }

  @Test
  void aFounderThatBeganAnewIsFollowedThoughItsEarlierLifeIsStillAMember() {
    Discovery core = discovery(Optional.of(mesh("b")));
    Set<PeerId> old = Set.copyOf(peers("a", "b"));
    core.handle(
        new Input.ClusterChanged(0, new ClusterView(Standing.MEMBER, old, Set.of(peer("a")))));
    Hello anew =
        hello("b", mesh("b"), new ClusterReport(true, peers("b"), false, Optional.empty()));
    core.handle(new Input.HelloReceived(100, anew));
    assertEquals(1, restarts(core.handle(new Input.HelloReceived(1_200, anew))));
  }

  @Test
  void aPeerThatTheOthersStillCountStays() {
    Discovery core = discovery(Optional.of(ABC));
    core.handle(
        new Input.ClusterChanged(
            0,
            new ClusterView(Standing.MEMBER, Set.copyOf(peers("a", "b", "c")), Set.of(peer("a")))));
    Hello other = hello("b", ABC, new ClusterReport(true, peers("b", "c"), true, Optional.empty()));
    core.handle(new Input.HelloReceived(100, other));
    assertEquals(0, restarts(core.handle(new Input.HelloReceived(9_000, other))));
  }

  @Test
  void aPeerOutsideVotesForTheMinorityThatItJoinsAndIsCountedThereAlone() {
    Discovery outside = discovery(Optional.of(ABC));
    Hello majority =
        hello("b", ABC, new ClusterReport(true, peers("b", "c"), false, Optional.empty()));
    outside.handle(new Input.HelloReceived(100, majority));
    assertEquals(Optional.empty(), vote(outside.handle(new Input.Tick(110))));
    Hello minority = hello("b", ABC, new ClusterReport(true, peers("b"), false, Optional.empty()));
    outside.handle(new Input.HelloReceived(120, minority));
    assertEquals(Optional.of(peer("b")), vote(outside.handle(new Input.Tick(130))));

    Discovery inside = discovery(Optional.of(ABC));
    Set<PeerId> members = Set.copyOf(peers("a", "b"));
    inside.handle(
        new Input.ClusterChanged(0, new ClusterView(Standing.MEMBER, members, Set.of(peer("a")))));
    inside.handle(new Input.HelloReceived(100, hello("c", ABC, votesFor("b"))));
    assertEquals(Set.of(), inside.arriving(), "b is out of reach and may count it, too");
    inside.handle(new Input.HelloReceived(200, hello("c", ABC, votesFor("a"))));
    assertEquals(Set.of(peer("c")), inside.arriving());
    inside.handle(new Input.Tick(5_300));
    assertEquals(Set.of(), inside.arriving(), "silent for too long");
  }

  @Test
  void aRemovedPeerWaitsForAMajority() {
    Discovery core = discovery(Optional.of(ABC));
    ClusterView removed = new ClusterView(Standing.REMOVED, Set.of(), Set.of());
    assertEquals(0, restarts(core.handle(new Input.ClusterChanged(0, removed))));
    assertTrue(core.status().contains("removed"), core.status());
    assertEquals(1, restarts(core.handle(new Input.QuarantinedBy(10, "b:1"))));
  }

  @Test
  void quarantineDoesNotMoveAPeerThatHasTheMajority() {
    Discovery core = discovery(Optional.of(ABC));
    Set<PeerId> all = Set.copyOf(peers("a", "b"));
    core.handle(new Input.ClusterChanged(0, new ClusterView(Standing.MEMBER, all, all)));
    assertEquals(0, restarts(core.handle(new Input.QuarantinedBy(10, "c:1"))));
  }

  @Test
  void strangersAreRefusedOnceAndAnswered() {
    Discovery core = discovery(Optional.of(ABC));
    Hello wrongName = with("b", "other", 1);
    List<Effect> effects = core.handle(new Input.HelloReceived(1, wrongName));
    assertTrue(refusal(effects).contains("'other'"), refusal(effects));
    assertEquals(1, hellos(effects), "so that it can refuse in its turn");
    assertFalse(
        core.handle(new Input.HelloReceived(2, wrongName)).stream()
            .anyMatch(Effect.Refused.class::isInstance));
    assertTrue(
        refusal(core.handle(new Input.HelloReceived(3, with("b", "mesh", 2))))
            .contains("protocol version 2"));
    Hello otherMesh = hello("x", mesh("x", "y"), outside());
    assertTrue(refusal(core.handle(new Input.HelloReceived(4, otherMesh))).contains("{x, y}"));
    assertEquals(List.of(), core.contacts());
  }

  @Test
  void aCopiedDataFolderIsNoticed() {
    Discovery core = discovery(Optional.of(ABC));
    Hello twin =
        new Hello(
            "mesh",
            1,
            peer("a"),
            9,
            "elsewhere:1",
            false,
            announcement("a", ABC),
            outside(),
            List.of());
    assertTrue(
        refusal(core.handle(new Input.HelloReceived(1, twin))).contains("data folder was copied"));
  }

  @Test
  void contactsAreLearnedFromContactsAndALaterLifeCounts() {
    Discovery core = discovery(Optional.empty());
    Contact c5 = new Contact(peer("c"), 5, "c:1");
    Contact c6 = new Contact(peer("c"), 6, "c:2");
    Hello hello =
        new Hello(
            "mesh",
            1,
            peer("b"),
            1,
            "b:1",
            false,
            announcement("b", ABC),
            outside(),
            List.of(c6, c5));
    List<Effect> effects = core.handle(new Input.HelloReceived(1, hello));
    assertTrue(effects.contains(new Effect.Learned(c6)));
    assertFalse(effects.contains(new Effect.Learned(c5)));
    assertTrue(core.contacts().contains(c6));
  }

  @Test
  void aSettledPeerSaysLittle() {
    Discovery core = discovery(Optional.of(ABC));
    for (int i = 0; i < 20; i++) {
      Contact told = new Contact(peer("p" + i), 1, "p" + i + ":1");
      core.handle(
          new Input.HelloReceived(
              1,
              new Hello(
                  "mesh",
                  1,
                  peer("b"),
                  1,
                  "b:1",
                  false,
                  announcement("b", ABC),
                  outside(),
                  List.of(told))));
    }
    assertEquals(21, hellos(core.handle(new Input.Tick(2))));
    Set<PeerId> all = Set.copyOf(peers("a", "b", "c"));
    core.handle(new Input.ClusterChanged(3, new ClusterView(Standing.MEMBER, all, all)));
    assertEquals(3, hellos(core.handle(new Input.Tick(4))));
  }

  @Test
  void aPeerDoesNotTalkToItself() {
    Discovery core =
        new Discovery(
            SELF,
            settings("a:1", "alias-of-a:1"),
            new Random(1)::nextInt,
            announcement("a", ABC),
            List.of());
    Hello own =
        new Hello(
            "mesh", 1, peer("a"), 7, "a:1", true, announcement("a", ABC), outside(), List.of());
    assertEquals(List.of(), core.handle(new Input.HelloReceived(1, own)));
    assertEquals(1, hellos(core.handle(new Input.Tick(2))));
  }

  private static Discovery discovery(Optional<FoundedMesh> mesh) {
    Announcement announcement =
        new Announcement(peer("a"), 3, Optional.empty(), Optional.empty(), mesh);
    return new Discovery(SELF, settings(), new Random(1)::nextInt, announcement, List.of());
  }

  private static DiscoverySettings settings(String... seeds) {
    return new DiscoverySettings("mesh", 1, List.of(seeds), 5_000, 3, 1_000, 1_000, 1_000);
  }

  private static Hello hello(String id, FoundedMesh mesh, ClusterReport report) {
    return new Hello(
        "mesh", 1, peer(id), 1, id + ":1", false, announcement(id, mesh), report, List.of());
  }

  private static Hello with(String id, String meshName, int version) {
    return new Hello(
        meshName,
        version,
        peer(id),
        1,
        id + ":1",
        true,
        announcement(id, ABC),
        outside(),
        List.of());
  }

  private static Announcement announcement(String id, FoundedMesh mesh) {
    return new Announcement(peer(id), 3, Optional.empty(), Optional.empty(), Optional.of(mesh));
  }

  private static ClusterReport outside() {
    return new ClusterReport(false, List.of(), false, Optional.empty());
  }

  private static ClusterReport votesFor(String id) {
    return new ClusterReport(false, List.of(), false, Optional.of(peer(id)));
  }

  private static Optional<PeerId> vote(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.SendHello.class::isInstance)
        .map(effect -> ((Effect.SendHello) effect).hello().cluster().former())
        .findFirst()
        .orElseThrow();
  }

  private static long restarts(List<Effect> effects) {
    return effects.stream().filter(Effect.RestartSystem.class::isInstance).count();
  }

  private static long hellos(List<Effect> effects) {
    return effects.stream().filter(Effect.SendHello.class::isInstance).count();
  }

  private static String refusal(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.Refused.class::isInstance)
        .map(effect -> ((Effect.Refused) effect).message())
        .findFirst()
        .orElse("");
  }

  private static FoundedMesh mesh(String... ids) {
    return FoundedMesh.by(FoundingSet.of(peers(ids)));
  }

  private static List<PeerId> peers(String... ids) {
    return Stream.of(ids).map(PeerId::new).toList();
  }

  private static PeerId peer(String id) {
    return new PeerId(id);
  }
}
