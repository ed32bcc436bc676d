package dev.mesh.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeshEventsTest {
  private static final PeerId SELF = new PeerId("self");
  private static final int KEPT = 3;

  private final MeshEvents events = at(1_000);

  private static MeshEvents at(long millis) {
    return new MeshEvents(KEPT, InstantSource.fixed(Instant.ofEpochMilli(millis)));
  }

  private void happens(int times) {
    for (int i = 0; i < times; i++) {
      events.record(SELF, new MeshEvent.PeerAlive(new PeerId("p" + i)));
    }
  }

  @Test
  void whoReadsOnMissesNothing() {
    happens(2);
    long last = events.recent().events().get(1).id();
    happens(2);
    MeshEvents.Batch more = events.after(last);
    assertEquals(2, more.events().size());
    assertEquals(0, more.missed());
    assertEquals(last + 1, more.events().get(0).id());
  }

  @Test
  void whatIsForgottenIsCounted() {
    happens(1);
    long last = events.latestId();
    happens(KEPT + 2);
    MeshEvents.Batch batch = events.after(last);
    assertEquals(KEPT, batch.events().size());
    assertEquals(2, batch.missed());
    assertEquals(3, events.recent().missed());
  }

  @Test
  void anEventOfAnEarlierProcessIsBeforeAllOfThis() {
    happens(2);
    long last = events.latestId();
    MeshEvents later = at(2_000);
    later.record(SELF, new MeshEvent.SystemReplaced("why"));
    assertEquals(1, later.after(last).events().size());
    assertEquals(0, later.after(last).missed());
  }

  @Test
  void listenersHearUntilTheyEnd() {
    List<MeshEvent> heard = new ArrayList<>();
    MeshEvents.Subscription subscription = events.subscribe(heard::add);
    happens(1);
    subscription.close();
    happens(1);
    assertEquals(1, heard.size());
    assertEquals("p0 is alive", heard.get(0).what().text());
  }

  @Test
  void oneListenerThatFailsHarmsNobody() {
    List<MeshEvent> heard = new ArrayList<>();
    events.subscribe(
        event -> {
          throw new IllegalStateException("meant to fail");
        });
    events.subscribe(heard::add);
    happens(1);
    assertEquals(1, heard.size());
  }

  @Test
  void listenersAreBounded() {
    for (int i = 0; i < MeshEvents.MAX_LISTENERS; i++) {
      events.subscribe(event -> {});
    }
    assertThrows(IllegalStateException.class, () -> events.subscribe(event -> {}));
  }

  @Test
  void spellsWithoutAMajorityAreCountedAndTimed() {
    ReadOnlySpells spells = new ReadOnlySpells();
    spells.hear(mode("starting", 0));
    spells.hear(mode("ok", 1));
    assertEquals(0, spells.count());
    assertTrue(spells.last().isEmpty());
    spells.hear(mode("read-only", 10));
    spells.hear(mode("starting", 12)); // a new actor system
    spells.hear(mode("read-only", 13));
    spells.hear(mode("ok", 15));
    assertEquals(1, spells.count());
    assertEquals(Optional.of(Duration.ofSeconds(5)), spells.last());
  }

  private static MeshEvent mode(String mode, long second) {
    return new MeshEvent(
        second, Instant.ofEpochSecond(second), SELF, new MeshEvent.ModeChanged(mode, ""));
  }
}
