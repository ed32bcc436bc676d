package dev.mesh.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.MeshSettings;
import dev.mesh.events.MeshEvents;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.HashTree;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.Version;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.Incarnation;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.membership.Witness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReputationActorTest {
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final Config CONFIG =
      ConfigFactory.parseString("mesh.heartbeat { interval = 50ms, timeout = 10s }")
          .withFallback(ConfigFactory.load());

  private final ActorTestKit kit = ActorTestKit.create();
  private final PeerState state =
      new PeerState(SELF, 1, new MeshEvents(10, InstantSource.system()));
  private final Witness witness =
      ReputationActor.witness(
          kit.spawn(
              ReputationActor.create(
                  new PeerContext(
                      MeshSettings.of(CONFIG), state, new PeerRefs(kit.system()), "host:1"))));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void whatIsSeenIsThoughtAndPassedOn() {
    assertEquals(Map.of(), state.reputations());
    witness.saw(A, Outcome.TASK_DONE, 16);
    witness.saw(B, Outcome.TASK_FAILED, 16);
    witness.saw(SELF, Outcome.TASK_DONE, 16);
    await().until(() -> state.reputations().keySet().equals(Set.of(A, B)));
    assertEquals(Map.of(A, 0.94, B, 0.06), state.opinions());
    assertTrue(state.reputations().get(A) > 0.9 && state.reputations().get(B) < 0.1);
  }

  @Test
  void heartbeatsOfThoseThatAreWatchedFromHereCount() {
    state.heartbeatsAre(
        new PeerState.Heartbeats(
            Map.of(A, Health.UP, B, Health.UP),
            List.of(
                observation(A, Optional.of(Duration.ofMillis(10))),
                observation(B, Optional.empty())),
            Set.of(),
            true,
            0));
    await().until(() -> state.reputations().getOrDefault(A, 0.0) > 0.8);
    assertFalse(state.reputations().containsKey(B), "others watch it");
  }

  @Test
  void opinionsOfOthersCountAndNobodysAboutItself() {
    state.factsAre(
        HashTree.<PeerFacts>empty()
            .with(facts(A, Map.of(A, 1.0, B, 0.0)))
            .with(facts(B, Map.of(SELF, 1.0))));
    await().until(() -> state.reputations().keySet().equals(Set.of(B, SELF)));
    assertTrue(state.reputations().get(B) < 0.5 && state.reputations().get(SELF) > 0.5);
    assertEquals(Map.of(), state.opinions(), "what is hearsay is not passed on");
    state.factsAre(HashTree.empty());
    await().until(() -> state.reputations().isEmpty());
  }

  private static PeerObservation observation(PeerId peer, Optional<Duration> silent) {
    return new PeerObservation(
        peer, Incarnation.first(1), Health.UP, peer, silent, Set.of(), Optional.empty());
  }

  private static PeerFacts facts(PeerId peer, Map<PeerId, Double> opinions) {
    return new PeerFacts(
        peer,
        new Version(1, 1),
        "host:1",
        Optional.empty(),
        "zone",
        Set.of(),
        Set.of(),
        new Load(0, 0, 1, OptionalDouble.empty()),
        0,
        0,
        "1",
        List.of(),
        opinions);
  }
}
