package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Bootstrap.Effect;
import dev.mesh.protocols.membership.Bootstrap.Input;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootstrapTest {
  private static final long FRESH = 1_000;
  private static final FoundingSet ABC = set("a", "b", "c");
  private static final FoundingSet BCD = set("b", "c", "d");

  @ParameterizedTest
  @CsvSource({"3,3", "4,3", "5,3", "3,2", "5,5", "7,4", "7,5", "7,7", "1,1"})
  void everybodyEndsInOneMeshWhateverHappensOnTheWay(int peers, int expect) {
    for (long seed = 0; seed < 200; seed++) {
      BootstrapSimulation simulation = new BootstrapSimulation(seed, peers, expect);
      simulation.runWithFaults(20_000);
      simulation.runCalmly(10_000);
      simulation.assertAllBelongToOneMesh();
    }
  }

  @ParameterizedTest
  @CsvSource({"6,3", "7,3", "7,2"})
  void meshesOfTooManyPeersShareNoFounder(int peers, int expect) {
    for (long seed = 0; seed < 200; seed++) {
      BootstrapSimulation simulation = new BootstrapSimulation(seed, peers, expect);
      simulation.runWithFaults(20_000);
      simulation.runCalmly(5_000);
    }
  }

  @Test
  void aLonePeerFoundsAtOnce() {
    Bootstrap core = fresh("a", 1);
    FoundingSet alone = set("a");
    assertTrue(core.start(0).contains(new Effect.StorePromise(alone)));
    assertTrue(
        core.handle(new Input.PromiseStored(alone))
            .contains(new Effect.StoreMesh(FoundedMesh.by(alone))));
    assertTrue(
        core.handle(new Input.MeshStored(FoundedMesh.by(alone)))
            .contains(new Effect.Founded(FoundedMesh.by(alone), true)));
  }

  @Test
  void aPeerThatExpectsNobodyWaitsForAMeshAndJoinsIt() {
    Bootstrap core = fresh("z", 0);
    core.start(0);
    assertEquals(List.of(), core.handle(received(1, free("a", 3, ABC))));
    FoundedMesh mesh = FoundedMesh.by(ABC);
    assertEquals(List.of(new Effect.StoreMesh(mesh)), core.handle(received(2, member("a", mesh))));
    assertTrue(core.handle(new Input.MeshStored(mesh)).contains(new Effect.Founded(mesh, false)));
  }

  @Test
  void thePromiseIsNotSaidBeforeItIsStored() {
    Bootstrap core = fresh("a", 3);
    core.start(0);
    core.handle(received(1, free("b", 3, ABC)));
    List<Effect> effects = core.handle(received(1, free("c", 3, ABC)));
    assertTrue(effects.contains(new Effect.StorePromise(ABC)));
    assertEquals(Optional.empty(), core.announcement().promise());
    core.handle(new Input.PromiseStored(ABC));
    assertEquals(Optional.of(ABC), core.announcement().promise());
  }

  @Test
  void nobodyPromisesBeforeTheLowerOnesHave() {
    Bootstrap core = fresh("b", 3);
    core.start(0);
    core.handle(received(1, free("a", 3, ABC)));
    assertEquals(0, promises(core.handle(received(1, free("c", 3, ABC)))));
    assertEquals(1, promises(core.handle(received(2, promised("a", ABC)))));
  }

  @Test
  void aSilentPeerIsLeftOutOfTheSet() {
    Bootstrap core = fresh("b", 3);
    core.start(0);
    core.handle(received(0, free("a", 3, ABC)));
    core.handle(received(900, free("c", 3, ABC)));
    core.handle(received(900, free("d", 3, ABC)));
    assertEquals(Optional.of(ABC), core.announcement().candidate());
    core.handle(new Input.Tick(1_500));
    assertEquals(Optional.of(BCD), core.announcement().candidate());
  }

  @Test
  void aPeerKeepsItsPromiseOverARestart() {
    Bootstrap core = new Bootstrap(peer("b"), 3, FRESH, Optional.of(BCD), Optional.empty());
    core.start(0);
    core.handle(received(1, promised("a", ABC)));
    core.handle(received(1, promised("c", ABC)));
    assertEquals(Optional.of(BCD), core.announcement().promise());
    assertEquals(Optional.empty(), core.announcement().mesh());
  }

  @Test
  void aPeerWhosePromiseBecameImpossibleJoinsAsSurplus() {
    Bootstrap core = new Bootstrap(peer("d"), 3, FRESH, Optional.of(BCD), Optional.empty());
    core.start(0);
    FoundedMesh mesh = FoundedMesh.by(ABC);
    assertTrue(core.handle(received(1, member("a", mesh))).contains(new Effect.StoreMesh(mesh)));
    assertTrue(core.handle(new Input.MeshStored(mesh)).contains(new Effect.Founded(mesh, false)));
  }

  @Test
  void aPromiseToOthersKeepsAPeerFromAForeignMesh() {
    Bootstrap core =
        new Bootstrap(peer("d"), 2, FRESH, Optional.of(set("d", "e")), Optional.empty());
    core.start(0);
    List<Effect> effects = core.handle(received(1, member("a", FoundedMesh.by(ABC))));
    assertEquals(1, effects.size());
    Effect.Stuck stuck = (Effect.Stuck) effects.get(0);
    assertTrue(
        Stream.of("{d, e}", "{a, b, c}", "new, empty data folder")
            .allMatch(stuck.message()::contains),
        stuck.message());
    assertEquals(List.of(), core.handle(received(2, member("a", FoundedMesh.by(ABC)))), "once");
  }

  @Test
  void aFounderThatLostItsFolderIsNotLetIn() {
    Bootstrap core = fresh("c", 3);
    core.start(0);
    List<Effect> effects = core.handle(received(1, member("a", FoundedMesh.by(ABC))));
    assertTrue(effects.get(0) instanceof Effect.Stuck, effects.toString());
  }

  @Test
  void differentExpectationsAreReported() {
    Bootstrap core = fresh("a", 3);
    core.start(0);
    List<Effect> effects = core.handle(received(1, free("b", 5, ABC)));
    assertTrue(effects.get(0) instanceof Effect.Warn, effects.toString());
    assertEquals(Optional.empty(), core.announcement().candidate());
  }

  @Test
  void aPeerOfAMeshKnowsItAtItsStart() {
    FoundedMesh mesh = FoundedMesh.by(ABC);
    Bootstrap core = new Bootstrap(peer("a"), 5, FRESH, Optional.of(ABC), Optional.of(mesh));
    assertTrue(core.start(0).contains(new Effect.Founded(mesh, true)));
    assertEquals(MeshId.of(ABC.members()), core.announcement().mesh().orElseThrow().id());
  }

  private static Bootstrap fresh(String id, int expect) {
    return new Bootstrap(peer(id), expect, FRESH, Optional.empty(), Optional.empty());
  }

  private static long promises(List<Effect> effects) {
    return effects.stream().filter(Effect.StorePromise.class::isInstance).count();
  }

  private static Input received(long now, Announcement said) {
    return new Input.AnnouncementReceived(now, said);
  }

  private static Announcement free(String id, int expect, FoundingSet candidate) {
    return new Announcement(
        peer(id), expect, Optional.of(candidate), Optional.empty(), Optional.empty());
  }

  private static Announcement promised(String id, FoundingSet set) {
    return new Announcement(
        peer(id), set.size(), Optional.of(set), Optional.of(set), Optional.empty());
  }

  private static Announcement member(String id, FoundedMesh mesh) {
    return new Announcement(
        peer(id),
        mesh.founders().size(),
        Optional.of(mesh.founders()),
        Optional.of(mesh.founders()),
        Optional.of(mesh));
  }

  private static PeerId peer(String id) {
    return new PeerId(id);
  }

  private static FoundingSet set(String... ids) {
    return FoundingSet.of(Stream.of(ids).map(PeerId::new).toList());
  }
}
