package dev.mesh.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.events.MeshEvent;
import dev.mesh.events.MeshEvents;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.HealthUpdate;
import dev.mesh.protocols.membership.Heartbeat;
import dev.mesh.protocols.membership.HeartbeatSettings;
import dev.mesh.protocols.membership.Incarnation;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.placement.Directory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three peers' heartbeats in one actor system. */
class HeartbeatActorTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final HeartbeatSettings SETTINGS =
      new HeartbeatSettings(Duration.ofMillis(100), Duration.ofSeconds(1), 9, 8, 4);

  private record Life(PeerId peer, long incarnation) {}

  private record Seen(PeerId at, PeerId subject, Outcome outcome) {}

  private final ActorTestKit kit = ActorTestKit.create();
  private final Map<PeerId, Contact> contacts = new ConcurrentHashMap<>();
  private final Map<PeerId, PeerState> states = new ConcurrentHashMap<>();
  private final Map<PeerId, ActorRef<HeartbeatActor.Command>> actors = new ConcurrentHashMap<>();
  private final Map<PeerId, List<Life>> lost = new ConcurrentHashMap<>();

  private final List<Seen> witnessed = new CopyOnWriteArrayList<>();

  /** Whose messages do not arrive, nor does what is sent to them. */
  private final Set<PeerId> cutOff = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void start() {
    for (PeerId peer : List.of(A, B, C)) {
      lost.put(peer, new CopyOnWriteArrayList<>());
      start(peer, 1);
    }
    for (PeerId peer : List.of(A, B, C)) {
      await().until(() -> others(peer).allMatch(other -> healthAt(peer, other) == Health.UP));
    }
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void start(PeerId peer, long incarnation) {
    PeerState state = new PeerState(peer, incarnation, new MeshEvents(10, InstantSource.system()));
    states.put(peer, state);
    actors.put(
        peer,
        kit.spawn(
            HeartbeatActor.create(
                new HeartbeatActor.Environment(
                    SETTINGS,
                    state,
                    contacts::values,
                    to -> path(peer, to),
                    (subject, outcome, times) -> witnessed.add(new Seen(peer, subject, outcome)),
                    (failed, life) -> lost.get(peer).add(new Life(failed, life))))));
    contacts.put(peer, new Contact(peer, incarnation, peer + ":1"));
  }

  private Optional<ActorRef<HeartbeatWire>> path(PeerId from, PeerId to) {
    return cutOff.contains(from) || cutOff.contains(to)
        ? Optional.empty()
        : Optional.of(actors.get(to).narrow());
  }

  private static Stream<PeerId> others(PeerId than) {
    return Stream.of(A, B, C).filter(peer -> !peer.equals(than));
  }

  private Health healthAt(PeerId at, PeerId of) {
    return states.get(at).health().get(of);
  }

  private PeerObservation seenAt(PeerId at, PeerId of) {
    return states.get(at).heartbeats().observations().stream()
        .filter(seen -> seen.peer().equals(of))
        .findFirst()
        .orElseThrow();
  }

  private void registered(PeerId at, PeerId... peers) {
    TreeMap<PeerId, Directory.Registered> registry = new TreeMap<>();
    for (PeerId peer : peers) {
      registry.put(peer, new Directory.Registered(peer + ":1", "z", Directory.PeerState.ACTIVE));
    }
    states.get(at).directoryIs(new Directory(1, 1, 1, registry, new TreeMap<>()));
  }

  @Test
  void aPeerThatStopsIsDeclaredFailedAndLost() {
    kit.stop(actors.get(C));
    await().until(() -> healthAt(A, C) == Health.FAILED && healthAt(B, C) == Health.FAILED);
    for (PeerId peer : List.of(A, B)) {
      assertTrue(lost.get(peer).contains(new Life(C, 1)), lost.toString());
      assertEquals(Map.of(C, 1L), states.get(peer).failedLives());
      assertTrue(states.get(peer).heartbeats().silent().contains(C));
      assertTrue(Set.of(A, B).contains(seenAt(peer, C).by()));
    }
  }

  @Test
  void howLongAnswersTakeIsMeasured() {
    await().until(() -> seenAt(A, B).latency().isPresent());
    assertTrue(seenAt(A, B).latency().get().compareTo(Duration.ZERO) > 0);
  }

  @Test
  void whoWasCutOffLearnsThatItWasCondemnedAndIsUpAgain() {
    cutOff.add(C);
    await().until(() -> healthAt(A, C) == Health.FAILED && healthAt(B, C) == Health.FAILED);
    cutOff.clear();
    await().until(() -> healthAt(A, C) == Health.UP && healthAt(B, C) == Health.UP);
    PeerState.Condemnation heard = states.get(C).condemnation().orElseThrow();
    assertEquals(1, heard.accused().life());
    assertTrue(seenAt(A, C).incarnation().compareTo(heard.accused()) > 0);
    assertEquals(Optional.empty(), states.get(A).condemnation());
  }

  @Test
  void whoAccusesFalselyOrSendsWhatNobodySendsIsToldOf() {
    HealthUpdate accusation = new HealthUpdate(C, Incarnation.first(1), Health.SUSPECT, B);
    fromB(accusation);
    await().until(() -> witnessed.contains(new Seen(A, B, Outcome.FALSE_ACCUSATION)));
    assertFalse(refusedAtA());
    fromB(new HealthUpdate(C, Incarnation.first(9), Health.UP, B));
    await().until(() -> witnessed.contains(new Seen(A, B, Outcome.REFUSED_MESSAGE)));
    await().until(this::refusedAtA);
    assertEquals(1, seenAt(A, C).incarnation().life(), "it was not heard");
  }

  private void fromB(HealthUpdate update) {
    Heartbeat.Ping ping = new Heartbeat.Ping(B, Incarnation.first(1), 0, List.of(update));
    actors.get(A).tell(HeartbeatWire.of(ping));
  }

  private boolean refusedAtA() {
    return states.get(A).events().recent().events().stream()
        .anyMatch(event -> event.what() instanceof MeshEvent.PeerRefused);
  }

  @Test
  void aLaterLifeEndsTheEarlierOne() {
    kit.stop(actors.get(C));
    start(C, 2);
    await().until(() -> lost.get(A).contains(new Life(C, 1)));
    await().until(() -> healthAt(A, C) == Health.UP && seenAt(A, C).incarnation().life() == 2);
    assertEquals(Map.of(), states.get(A).failedLives());
  }

  @Test
  void whoLeftTheRegistryIsNotWatchedUntilItsNextLife() {
    registered(A, A, B, C);
    await().until(() -> seenAt(A, C).silent().isPresent()); // at least one look at the registry
    await().pollDelay(SETTINGS.interval()).until(() -> true);
    registered(A, A, B);
    await().until(() -> !states.get(A).health().containsKey(C));
    kit.stop(actors.get(C));
    start(C, 2);
    await().until(() -> healthAt(A, C) == Health.UP);
    assertFalse(lost.get(A).contains(new Life(C, 1)), lost.toString());
  }
}
