package dev.mesh.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.MeshSettings;
import dev.mesh.events.MeshEvents;
import dev.mesh.peer.DiscoveryActor.Command;
import dev.mesh.peer.DiscoveryActor.Greeting;
import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Announcement;
import dev.mesh.protocols.membership.ClusterReport;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.membership.Hello;
import dev.mesh.protocols.membership.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One peer's discovery, and a contact at another actor system whose part the test plays. */
class DiscoveryActorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int VERSION = 1;
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId OTHER = new PeerId("other");
  private static final FoundingSet BOTH = FoundingSet.of(List.of(SELF, OTHER));
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.provider = cluster
              pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              mesh { name = "mine", expect = 2, discovery.interval = 100ms }
              """)
          .withFallback(ConfigFactory.load());

  private record Seen(PeerId subject, Outcome outcome, int times) {}

  @TempDir Path folder;

  private final ActorTestKit kit = ActorTestKit.create(CONFIG);
  private final ActorTestKit otherKit = ActorTestKit.create(CONFIG);
  private final TestProbe<Greeting> other = otherKit.createTestProbe(Greeting.class);
  private final TestProbe<Seen> seen = kit.createTestProbe(Seen.class);
  private final CompletableFuture<FoundedMesh> founded = new CompletableFuture<>();
  private final PeerRefs refs = new PeerRefs(kit.system());
  private final PeerState state =
      new PeerState(SELF, 1, new MeshEvents(10, InstantSource.system()));
  private Store store;
  private ActorRef<Command> discovery;

  @BeforeEach
  void start() {
    otherKit
        .system()
        .systemActorOf(
            Behaviors.setup(
                context -> {
                  context.spawn(
                      Behaviors.<Greeting>receiveMessage(
                          greeting -> {
                            other.getRef().tell(greeting);
                            return Behaviors.same();
                          }),
                      DiscoveryActor.NAME);
                  return Behaviors.empty();
                }),
            PeerRefs.GUARDIAN,
            Props.empty());
    store = Store.open(folder, StoreSettings.of(CONFIG));
    discovery =
        kit.spawn(
            DiscoveryActor.create(
                new DiscoveryActor.Environment(
                    new PeerContext(MeshSettings.of(CONFIG), state, refs, address(kit)),
                    new Remembered(new PeerIdentity(store)),
                    List.of(address(otherKit)),
                    founded::complete,
                    (peer, outcome, times) -> seen.getRef().tell(new Seen(peer, outcome, times)))));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    otherKit.shutdownTestKit();
    store.close();
  }

  @Test
  void aSeedIsSaidHelloToUntilItAnswers() {
    Hello first = hello();
    Hello second = hello();
    assertEquals(SELF, first.peer());
    assertEquals("mine", first.meshName());
    assertEquals(2, first.announcement().expect());
    assertTrue(second.wantsAnswer());
  }

  @Test
  void aPeerOfAnotherMeshsNameIsRefusedWithBothNames() {
    LoggingTestKit.warn("it belongs to the mesh named 'theirs' and this peer to 'mine'")
        .expect(kit.system(), () -> say("theirs", VERSION, announcement(Optional.empty())));
    refusedOther();
  }

  @Test
  void aPeerOfAnotherProtocolVersionIsRefusedWithBothVersions() {
    LoggingTestKit.warn("it speaks protocol version 2 and this peer version 1")
        .expect(kit.system(), () -> say("mine", 2, announcement(Optional.empty())));
    refusedOther();
  }

  /** Nothing of what it says is taken in, but it is told who is here, so that it learns why. */
  private void refusedOther() {
    assertEquals(new Seen(OTHER, Outcome.REFUSED_MESSAGE, 1), seen.receiveMessage(PATIENCE));
    await().atMost(PATIENCE).until(() -> !hello().wantsAnswer());
    assertEquals(Optional.empty(), refs.address(OTHER));
  }

  @Test
  void aPeerOfTheSameNameIsLearnedAndRememberedAndFoundsTheMeshWithThisOne() {
    say("mine", VERSION, announcement(Optional.empty()));
    await().atMost(PATIENCE).until(() -> refs.address(OTHER).isPresent());
    await().atMost(PATIENCE).until(() -> hello().announcement().candidate().isPresent());
    say("mine", VERSION, announcement(Optional.of(BOTH)));
    FoundedMesh mesh = founded.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertEquals(BOTH, mesh.founders());
    Remembered remembered = new Remembered(new PeerIdentity(store));
    assertEquals(Optional.of(BOTH), remembered.promise());
    assertEquals(Optional.of(mesh), remembered.mesh());
    assertEquals(List.of(new Contact(OTHER, 1, address(otherKit))), remembered.contacts());
    await().atMost(PATIENCE).until(() -> hello().announcement().mesh().equals(Optional.of(mesh)));
    refusesAnotherMeshOfTheSameName();
  }

  private void refusesAnotherMeshOfTheSameName() {
    PeerId third = new PeerId("third");
    FoundedMesh theirs = FoundedMesh.by(FoundingSet.of(List.of(OTHER, third)));
    Announcement of =
        new Announcement(
            OTHER, 2, Optional.empty(), Optional.of(theirs.founders()), Optional.of(theirs));
    LoggingTestKit.warn("it belongs to mesh " + theirs.id())
        .expect(kit.system(), () -> say("mine", VERSION, of));
  }

  /** The test's configuration leaves the cluster to the application. */
  @Test
  void anApplicationIsToldThatItsClusterHasRemovedIt() {
    say("mine", VERSION, announcement(Optional.of(BOTH)));
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    await().atMost(PATIENCE).until(() -> cluster.selfMember().status() == MemberStatus.up());
    assertFalse(state.mustBeReplaced().isDone());
    cluster.manager().tell(new Down(cluster.selfMember().address()));
    String why = state.mustBeReplaced().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertEquals("its cluster has removed this peer", why);
  }

  @Test
  void anApplicationThatLeavesItsClusterIsNotAskedToReplaceItsSystem() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    await().atMost(PATIENCE).until(() -> cluster.selfMember().status() == MemberStatus.up());
    kit.system().terminate();
    await().atMost(PATIENCE).until(() -> kit.system().whenTerminated().isCompleted());
    assertFalse(state.mustBeReplaced().isDone());
  }

  private Hello hello() {
    return other.receiveMessage(PATIENCE).hello();
  }

  private Void say(String mesh, int version, Announcement announcement) {
    discovery.tell(
        new Greeting(
            new Hello(
                mesh,
                version,
                OTHER,
                1,
                address(otherKit),
                true,
                announcement,
                new ClusterReport(false, List.of(), false, Optional.empty()),
                List.of())));
    return null;
  }

  private static Announcement announcement(Optional<FoundingSet> promise) {
    return new Announcement(OTHER, 2, Optional.of(BOTH), promise, Optional.empty());
  }

  private static String address(ActorTestKit of) {
    return Members.hostPort(Cluster.get(of.system()).selfMember().address());
  }
}
