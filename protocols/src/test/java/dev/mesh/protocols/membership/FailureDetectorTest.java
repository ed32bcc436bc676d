package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.FailureDetector.Input;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One detector, peer 0, told what the others say. */
class FailureDetectorTest {
  private static final HeartbeatSettings SETTINGS =
      new HeartbeatSettings(Duration.ofSeconds(1), Duration.ofSeconds(3), 9, 8, 4);
  private static final long SECOND = 1_000_000_000L;
  private static final Incarnation FIRST = Incarnation.first(1);
  private static final Incarnation REFUTED = new Incarnation(1, 1);

  private final FailureDetector core = new FailureDetector(peer(0), 1, SETTINGS);
  private final List<Effect> declared = new ArrayList<>();
  private final Map<PeerId, Incarnation> answering = new TreeMap<>();
  private Predicate<PeerId> findsSilent = by -> false;
  private long now;

  /** The others live and answer. */
  private void mesh(int peers) {
    List<PeerId> all = IntStream.range(0, peers).mapToObj(FailureDetectorTest::peer).toList();
    take(new Input.PeersAre(now, WatchRings.of(all, 9)));
    for (PeerId other : all.subList(1, peers)) {
      answering.put(other, FIRST);
      take(new Input.PeerKnown(now, other, 1));
    }
    run(1);
    declared.clear();
  }

  private void run(int seconds) {
    for (int i = 0; i < seconds * HeartbeatSettings.TICKS; i++) {
      now += SETTINGS.tick().toNanos();
      take(new Input.Tick(now));
    }
  }

  private void take(Input input) {
    List<Effect> effects = core.handle(input);
    core.checkInvariants();
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send send) {
        answer(send.to(), send.message());
      } else {
        declared.add(effect);
      }
    }
  }

  private void answer(PeerId by, Heartbeat message) {
    Incarnation is = answering.get(by);
    if (is != null && message instanceof Heartbeat.Ping ping) {
      say(new Heartbeat.Pong(by, is, ping.sentAt(), List.of()));
    } else if (is != null && message instanceof Heartbeat.AskConfirmation ask) {
      say(
          new Heartbeat.Confirmation(
              by, is, ask.suspect(), ask.suspectIncarnation(), findsSilent.test(by)));
    }
  }

  private void say(Heartbeat message) {
    take(new Input.Received(now, message));
  }

  private void rumour(PeerId of, Incarnation incarnation, Health health) {
    PeerId by = health == Health.UP ? of : of.equals(peer(1)) ? peer(2) : peer(1);
    HealthUpdate update = new HealthUpdate(of, incarnation, health, by);
    say(new Heartbeat.Pong(peer(1), FIRST, now, List.of(update)));
  }

  private Health healthOf(int peer) {
    return core.health().get(peer(peer));
  }

  /** What the core says in answer to a ping of peer 1. */
  private Heartbeat.Pong ponged() {
    return core
        .handle(new Input.Received(now, new Heartbeat.Ping(peer(1), FIRST, now, List.of())))
        .stream()
        .map(effect -> ((Effect.Send) effect).message())
        .map(Heartbeat.Pong.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nobodyIsSuspectedWhileAllAnswer() {
    mesh(5);
    run(20);
    assertEquals(List.of(), declared);
    assertEquals(Set.of(), core.silent(now));
    assertEquals(0, core.localHealth());
  }

  @Test
  void aMajorityThatFindsASuspectSilentDeclaresItFailed() {
    mesh(5);
    answering.remove(peer(4));
    findsSilent = by -> by.compareTo(peer(2)) <= 0;
    run(4);
    assertEquals(
        List.of(
            new Effect.PeerSuspected(peer(4), FIRST, peer(0)),
            new Effect.PeerFailed(peer(4), FIRST, peer(0), Set.of(peer(0), peer(1), peer(2)))),
        declared);
  }

  @Test
  void whomAMajorityStillHearsIsOnlySuspected() {
    mesh(5);
    answering.remove(peer(4));
    findsSilent = by -> by.equals(peer(1));
    run(20);
    assertEquals(List.of(new Effect.PeerSuspected(peer(4), FIRST, peer(0))), declared);
    PeerObservation seen =
        core.observations(now).stream().filter(it -> it.peer().equals(peer(4))).findFirst().get();
    assertEquals(Set.of(peer(0), peer(1)), seen.confirmedBy());
    assertTrue(seen.silent().orElseThrow().compareTo(Duration.ofSeconds(19)) > 0, seen.toString());
  }

  @Test
  void aConfirmationOfAnotherIncarnationCountsForNothing() {
    mesh(4);
    answering.remove(peer(2));
    run(4);
    say(new Heartbeat.Confirmation(peer(3), FIRST, peer(2), FIRST, true));
    say(new Heartbeat.Confirmation(peer(1), FIRST, peer(2), REFUTED, true));
    assertEquals(Health.SUSPECT, healthOf(2), "a confirmation of another incarnation");
    say(new Heartbeat.Confirmation(peer(1), FIRST, peer(2), FIRST, true));
    assertEquals(Health.FAILED, healthOf(2));
  }

  @Test
  void whoIsCutOffDeclaresNobodyAndDistrustsItself() {
    mesh(5);
    answering.clear();
    run(60);
    assertEquals(4, declared.size());
    assertTrue(declared.stream().allMatch(Effect.PeerSuspected.class::isInstance));
    assertEquals(8, core.localHealth());
  }

  @Test
  void onlyAHigherIncarnationRefutesAndAStaleAccusationCountsNoMore() {
    mesh(3);
    rumour(peer(2), FIRST, Health.FAILED);
    run(2);
    assertEquals(Health.FAILED, healthOf(2), "it answers, but has not heard of the accusation");
    answering.put(peer(2), REFUTED);
    run(1);
    assertEquals(Health.UP, healthOf(2));
    rumour(peer(2), FIRST, Health.FAILED);
    assertEquals(Health.UP, healthOf(2));
    rumour(peer(2), REFUTED, Health.SUSPECT);
    assertEquals(Health.SUSPECT, healthOf(2));
  }

  @Test
  void theAccusedHearsOfItFirst() {
    mesh(3);
    rumour(peer(1), FIRST, Health.SUSPECT);
    HealthUpdate first = ponged().updates().get(0);
    assertEquals(peer(1), first.peer());
    assertEquals(Health.SUSPECT, first.health());
  }

  @Test
  void whoIsAccusedRefutesWithAHigherIncarnation() {
    mesh(3);
    rumour(peer(0), FIRST, Health.SUSPECT);
    rumour(peer(0), FIRST, Health.SUSPECT); // late: it has been refuted
    assertEquals(
        List.of(
            new Effect.Refuted(FIRST, peer(1)), new Effect.FalselyAccused(peer(0), peer(1), false)),
        declared);
    Heartbeat.Pong said = ponged();
    assertEquals(REFUTED, said.incarnation());
    assertTrue(
        said.updates().contains(new HealthUpdate(peer(0), REFUTED, Health.UP, peer(0))),
        said.toString());
  }

  @Test
  void whoWasDeclaredFailedHearsOfItOnce() {
    mesh(3);
    rumour(peer(0), FIRST, Health.FAILED);
    rumour(peer(0), FIRST, Health.FAILED);
    assertEquals(
        List.of(
            new Effect.Condemned(FIRST, peer(1)),
            new Effect.FalselyAccused(peer(0), peer(1), false)),
        declared);
    assertFalse(core.health().containsKey(peer(0)));
  }

  @Test
  void itsRefutationOfTheSuspicionBeforeDoesNotHideThatItWasDeclaredFailed() {
    mesh(3);
    rumour(peer(0), FIRST, Health.SUSPECT);
    rumour(peer(0), FIRST, Health.FAILED); // both waited while it was frozen
    assertEquals(
        List.of(
            new Effect.Refuted(FIRST, peer(1)),
            new Effect.FalselyAccused(peer(0), peer(1), false),
            new Effect.Condemned(FIRST, peer(1))),
        declared);
  }

  @Test
  void aLaterLifeEndsTheEarlierOne() {
    mesh(3);
    Incarnation later = Incarnation.first(2);
    take(new Input.PeerKnown(now, peer(1), 2));
    assertEquals(
        List.of(
            new Effect.PeerFailed(peer(1), FIRST, peer(1), Set.of()),
            new Effect.PeerAlive(peer(1), later)),
        declared);
    declared.clear();
    rumour(peer(1), FIRST, Health.SUSPECT);
    assertEquals(List.of(), declared, "words of, and on, the earlier life");
  }

  @Test
  void whoWasAsleepItselfAccusesNobody() {
    mesh(3);
    answering.clear();
    now += 60 * SECOND;
    List<Effect> asked =
        core.handle(
            new Input.Received(now, new Heartbeat.AskConfirmation(peer(1), FIRST, peer(2), FIRST)));
    assertEquals(
        List.of(
            new Effect.Send(
                peer(1), new Heartbeat.Confirmation(peer(0), FIRST, peer(2), FIRST, false))),
        asked);
    run(2);
    assertEquals(List.of(), declared);
  }

  @Test
  void whoWasAsleepIsOutOfTouchUntilAMajorityAnswersWhatItSaysSince() {
    mesh(5);
    assertTrue(core.isInTouch());
    answering.clear();
    long before = now;
    now += 60 * SECOND;
    run(1);
    assertFalse(core.isInTouch());
    for (int other = 1; other < 5; other++) { // sent to it while it slept
      say(new Heartbeat.Ping(peer(other), FIRST, before, List.of()));
      say(new Heartbeat.Pong(peer(other), FIRST, before, List.of()));
    }
    assertFalse(core.isInTouch());
    answering.put(peer(1), FIRST);
    run(1);
    assertFalse(core.isInTouch());
    answering.put(peer(2), FIRST);
    run(1);
    assertTrue(core.isInTouch());
  }

  @Test
  void whoDistrustsItselfWaitsLonger() {
    mesh(3);
    rumour(peer(0), FIRST, Health.SUSPECT); // which strains it
    answering.clear();
    declared.clear();
    run(4);
    assertEquals(List.of(), declared);
    assertEquals(Set.of(peer(1), peer(2)), core.silent(now));
    run(40);
    assertEquals(2, declared.size());
  }

  @Test
  void aPeerThatIsGoneIsNotMissed() {
    mesh(3);
    answering.remove(peer(2));
    take(new Input.PeersAre(now, WatchRings.of(List.of(peer(0), peer(1)), 9)));
    run(10);
    assertEquals(List.of(), declared);
    assertEquals(Map.of(peer(1), Health.UP), core.health());
  }

  @Test
  void ofWhomItDoesNotWatchItSaysNothing() {
    mesh(2);
    assertEquals(
        List.of(),
        core.handle(
            new Input.Received(
                now, new Heartbeat.AskConfirmation(peer(1), FIRST, peer(7), FIRST))));
  }

  @Test
  void latencyIsTheTimeThatAnswersTake() {
    mesh(2);
    answering.clear();
    for (int i = 0; i < 100; i++) {
      say(new Heartbeat.Pong(peer(1), FIRST, now - 2_000_000, List.of()));
    }
    Optional<Duration> latency = core.observations(now).get(0).latency();
    assertEquals(2.0, latency.orElseThrow().toNanos() / 1e6, 0.01);
  }

  @Test
  void aPeerThatWasNeverHeardHasNoLatency() {
    take(new Input.PeersAre(now, WatchRings.of(List.of(peer(0), peer(1)), 9)));
    take(new Input.PeerKnown(now, peer(1), 1));
    assertEquals(Optional.empty(), core.observations(now).get(0).latency());
  }

  @Test
  void aMessageTellsBoundedlyManyUpdatesAndAllAreToldInTheEnd() {
    mesh(40);
    for (int i = 2; i < 40; i++) {
      rumour(peer(i), FIRST, Health.FAILED);
    }
    Set<PeerId> told = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      List<HealthUpdate> updates = ponged().updates();
      assertTrue(updates.size() <= Heartbeat.MAX_UPDATES);
      updates.forEach(update -> told.add(update.peer()));
    }
    assertEquals(38, told.size());
  }

  @Test
  void whoRepeatsWhatWasRefutedHearsOfTheRefutation() {
    mesh(3);
    rumour(peer(2), REFUTED, Health.UP);
    IntStream.range(0, 50).forEach(i -> ponged());
    HealthUpdate refutation = new HealthUpdate(peer(2), REFUTED, Health.UP, peer(2));
    assertFalse(ponged().updates().contains(refutation), "it was told often enough");
    rumour(peer(2), FIRST, Health.FAILED);
    assertTrue(ponged().updates().contains(refutation));
  }

  @Test
  void whatIsRefutedCountsOnceForEachPairUntilMostAreAccused() {
    mesh(4);
    for (int i = 0; i < 3; i++) {
      accuseAndRefute(2, i);
    }
    assertEquals(List.of(new Effect.FalselyAccused(peer(2), peer(1), false)), falselyAccused());
    accuseAndRefute(3, 0);
    accuseAndRefute(2, 3);
    assertEquals(
        List.of(
            new Effect.FalselyAccused(peer(2), peer(1), false),
            new Effect.FalselyAccused(peer(3), peer(1), true),
            new Effect.FalselyAccused(peer(2), peer(1), true)),
        falselyAccused());
    run(SETTINGS.timeout().toSecondsPart() * Accusations.MEMORY + 1);
    declared.clear();
    accuseAndRefute(2, 4);
    assertEquals(List.of(new Effect.FalselyAccused(peer(2), peer(1), false)), falselyAccused());
  }

  private void accuseAndRefute(int accused, int refutations) {
    rumour(peer(accused), new Incarnation(1, refutations), Health.SUSPECT);
    Incarnation refuted = new Incarnation(1, refutations + 1);
    answering.put(peer(accused), refuted);
    say(new Heartbeat.Pong(peer(accused), refuted, now, List.of()));
    rumour(peer(accused), new Incarnation(1, refutations), Health.SUSPECT); // the same, late
  }

  private List<Effect> falselyAccused() {
    return declared.stream().filter(Effect.FalselyAccused.class::isInstance).toList();
  }

  @Test
  void anAccusationIsNotHeldAgainstWhomAnotherNamesNorAgainstWhoIsRight() {
    mesh(4);
    HealthUpdate named = new HealthUpdate(peer(3), FIRST, Health.SUSPECT, peer(2));
    say(new Heartbeat.Pong(peer(1), FIRST, now, List.of(named)));
    say(new Heartbeat.Pong(peer(3), REFUTED, now, List.of()));
    answering.remove(peer(2));
    run(4);
    rumour(peer(2), FIRST, Health.FAILED);
    say(new Heartbeat.Pong(peer(2), REFUTED, now, List.of())); // it was frozen
    assertEquals(List.of(), falselyAccused());
    assertEquals(Health.UP, healthOf(2));
  }

  @Test
  void whatNoPeerSaysIsNotHeard() {
    mesh(3);
    Incarnation absurd = new Incarnation(1, Long.MAX_VALUE);
    HealthUpdate fair = new HealthUpdate(peer(2), FIRST, Health.SUSPECT, peer(1));
    List<Heartbeat> refused =
        List.of(
            new Heartbeat.Pong(peer(1), FIRST, now, Collections.nCopies(9, fair)),
            new Heartbeat.Ping(peer(1), absurd, now, List.of()),
            pong(new HealthUpdate(peer(2), absurd, Health.SUSPECT, peer(1))),
            pong(new HealthUpdate(peer(2), REFUTED, Health.UP, peer(1))),
            pong(new HealthUpdate(peer(2), FIRST, Health.SUSPECT, peer(2))),
            new Heartbeat.AskConfirmation(peer(1), FIRST, peer(1), FIRST),
            new Heartbeat.Confirmation(peer(1), FIRST, peer(2), absurd, true));
    for (Heartbeat message : refused) {
      say(message);
      assertEquals(1, declared.size(), message::toString);
      assertEquals(peer(1), ((Effect.MessageRefused) declared.get(0)).from());
      declared.clear();
    }
    assertEquals(Health.UP, healthOf(2));
  }

  private static Heartbeat pong(HealthUpdate update) {
    return new Heartbeat.Pong(peer(1), FIRST, 0, List.of(update));
  }

  @Test
  void settingsAreChecked() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeartbeatSettings(Duration.ofSeconds(1), Duration.ofSeconds(1), 9, 8, 4));
  }

  private static PeerId peer(int index) {
    return new PeerId("p%02d".formatted(index));
  }
}
