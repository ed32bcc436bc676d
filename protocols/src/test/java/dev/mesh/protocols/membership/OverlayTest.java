package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Overlay.Effect;
import dev.mesh.protocols.membership.Overlay.Input;
import dev.mesh.protocols.membership.OverlayMessage.Exchange;
import dev.mesh.protocols.membership.OverlayMessage.Link;
import dev.mesh.protocols.membership.OverlayMessage.Sighting;
import dev.mesh.protocols.membership.OverlayMessage.Unlink;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OverlayTest {
  private static final OverlaySettings SETTINGS = OverlaySettings.DEFAULT;
  private final Overlay overlay =
      new Overlay(candidate("self", 1), SETTINGS, new SeededDraws(1).fork());

  @Test
  void aCandidateIsAskedAndBecomesANeighbourOnceItAgrees() {
    overlay.handle(new Input.PeersKnown(List.of(candidate("a", 1))));
    List<Effect> asks = round();
    assertTrue(
        asks.contains(new Effect.Send(candidate("a", 1), new Link(candidate("self", 1), 0))));
    assertEquals(List.of(), overlay.neighbours());
    assertTrue(receive(new Link(candidate("a", 1), 1)).contains(connected("a")));
    assertEquals(List.of(new PeerId("a")), overlay.neighbours());
  }

  @Test
  void whoAsksIsTakenInAndToldSo() {
    List<Effect> effects = receive(new Link(candidate("a", 1), 0));
    assertEquals(
        List.of(
            connected("a"), new Effect.Send(candidate("a", 1), new Link(candidate("self", 1), 1))),
        effects);
  }

  @Test
  void aNeighbourThatFallsSilentIsGivenUpAndNotTakenFromOthersWords() {
    receive(new Link(candidate("a", 1), 1));
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; i <= SETTINGS.silentRounds(); i++) {
      effects.addAll(round());
    }
    assertTrue(effects.contains(disconnected("a")));
    tell(candidate("b", 1), new Sighting(candidate("a", 1), 0));
    assertFalse(overlay.candidates().contains(new PeerId("a")), "an old sighting");
    tell(candidate("b", 1), new Sighting(candidate("a", 2), 0));
    assertTrue(overlay.candidates().contains(new PeerId("a")), "it has begun another life");
  }

  @Test
  void aPeerThatHasFailedIsNoNeighbourAtOnceUnlessItLivesAgain() {
    receive(new Link(candidate("a", 2), 1));
    assertEquals(List.of(), overlay.handle(new Input.PeerGone(new PeerId("a"), 1)));
    assertEquals(
        List.of(disconnected("a")), overlay.handle(new Input.PeerGone(new PeerId("a"), 2)));
  }

  @Test
  void whatNoPeerSaysIsNotHeard() {
    Candidate from = candidate("a", 1);
    Sighting told = new Sighting(candidate("b", 1), 0);
    for (OverlayMessage message :
        List.of(
            new Link(from, -1),
            new Link(from, OverlaySettings.MOST_NEIGHBOURS + 1),
            new Unlink(from, List.of(told, new Sighting(candidate("c", 1), Integer.MAX_VALUE))),
            new Unlink(from, List.of(new Sighting(candidate("c", 1), -1))),
            new Exchange(
                from, false, Collections.nCopies(OverlaySettings.MOST_EXCHANGED + 1, told)))) {
      List<Effect> effects = receive(message);
      assertEquals(1, effects.size(), effects::toString);
      assertEquals(new PeerId("a"), ((Effect.MessageRefused) effects.get(0)).from());
    }
    assertEquals(List.of(), overlay.candidates());
    assertEquals(List.of(), overlay.neighbours());
  }

  @Test
  void wordsOfAnEarlierLifeAreNotHeard() {
    receive(new Link(candidate("a", 2), 1));
    assertEquals(List.of(), receive(new Unlink(candidate("a", 1), List.of())));
    assertEquals(List.of(new PeerId("a")), overlay.neighbours());
  }

  @Test
  void whoNoLongerWantsToBeANeighbourIsNoneAndIsLeftAloneForAWhile() {
    receive(new Link(candidate("a", 1), 1));
    receive(new Unlink(candidate("a", 1), List.of(new Sighting(candidate("b", 1), 3))));
    assertEquals(List.of(), overlay.neighbours());
    assertTrue(overlay.candidates().contains(new PeerId("b")));
    List<Effect> next = round();
    assertTrue(links(next).contains(new PeerId("b")));
    assertFalse(links(next).contains(new PeerId("a")));
  }

  @Test
  void thereAreNeverMoreThanTheMostAndTheRingComesFirst() {
    IntStream.range(0, 50).forEach(i -> receive(new Link(candidate("p" + i, 1), 4)));
    overlay.checkInvariants();
    assertEquals(SETTINGS.maxNeighbours(), overlay.neighbours().size());
    long self = RingPosition.of(new PeerId("self"));
    PeerId successor =
        IntStream.range(0, 50)
            .mapToObj(i -> new PeerId("p" + i))
            .min(
                (a, b) ->
                    Long.compareUnsigned(
                        RingPosition.ahead(self, RingPosition.of(a)),
                        RingPosition.ahead(self, RingPosition.of(b))))
            .orElseThrow();
    assertTrue(overlay.neighbours().contains(successor));
  }

  @Test
  void aPeerWithTooFewNeighboursIsGivenRoomByOneThatHasMore() {
    IntStream.range(0, 50).forEach(i -> receive(new Link(candidate("p" + i, 1), 5)));
    List<Effect> effects = receive(new Link(candidate("lonely", 1), 1));
    assertTrue(effects.contains(connected("lonely")));
    assertEquals(SETTINGS.maxNeighbours(), overlay.neighbours().size());
  }

  @Test
  void theDistrustedAreAskedLast() {
    List<Candidate> known = new ArrayList<>();
    Set<PeerId> distrusted = Set.of(new PeerId("p0"), new PeerId("p1"), new PeerId("p2"));
    IntStream.range(0, 30).forEach(i -> known.add(candidate("p" + i, 1)));
    long asked = 0;
    for (int seed = 0; seed < 50; seed++) {
      Overlay one = new Overlay(candidate("s" + seed, 1), SETTINGS, new SeededDraws(seed));
      one.handle(new Input.Distrusted(distrusted));
      one.handle(new Input.PeersKnown(known));
      Set<PeerId> links = links(one.handle(new Input.Round()));
      // Not by draw, that is; the place on the ring is nobody's choice.
      asked += links.stream().filter(distrusted::contains).count();
    }
    assertTrue(asked < 25, "of 50 peers' 4 each, " + asked + " went to three distrusted of 30");
  }

  @Test
  void whatIsToldIsBoundedAndNeverAboutTheListener() {
    IntStream.range(0, 60).forEach(i -> tell(candidate("p" + i, 1)));
    List<Effect> effects = receive(new Exchange(candidate("p3", 1), true, List.of()));
    Effect.Send answer = (Effect.Send) effects.get(0);
    Exchange told = (Exchange) answer.message();
    assertFalse(told.wantsAnswer());
    assertEquals(SETTINGS.exchanged(), told.sightings().size());
    assertTrue(
        told.sightings().stream().noneMatch(it -> it.candidate().peer().value().equals("p3")));
    overlay.checkInvariants();
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new OverlaySettings(2, 4, 5, 40, 8, 4, 3, 60));
    assertThrows(
        IllegalArgumentException.class, () -> new OverlaySettings(3, 4, 5, 9, 8, 4, 3, 60));
    assertThrows(
        IllegalArgumentException.class, () -> new OverlaySettings(3, 4, 5, 40, 8, 4, 3, 3));
  }

  private List<Effect> round() {
    return overlay.handle(new Input.Round());
  }

  private List<Effect> receive(OverlayMessage message) {
    return overlay.handle(new Input.Received(message));
  }

  private void tell(Candidate from, Sighting... sightings) {
    receive(new Exchange(from, false, List.of(sightings)));
  }

  private static Set<PeerId> links(List<Effect> effects) {
    Set<PeerId> to = new HashSet<>();
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send it && it.message() instanceof Link) {
        to.add(it.to().peer());
      }
    }
    return to;
  }

  private static Effect connected(String peer) {
    return new Effect.Connected(new PeerId(peer));
  }

  private static Effect disconnected(String peer) {
    return new Effect.Disconnected(new PeerId(peer));
  }

  private static Candidate candidate(String peer, long incarnation) {
    return new Candidate(new PeerId(peer), incarnation, peer + ":1", "zone");
  }
}
