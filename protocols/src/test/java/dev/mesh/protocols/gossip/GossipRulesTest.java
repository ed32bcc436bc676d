package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import dev.mesh.protocols.gossip.GossipMessage.Bucket;
import dev.mesh.protocols.gossip.GossipMessage.Held;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What gossip does not hear, and whom it names for it. */
class GossipRulesTest {
  private static final GossipSettings SETTINGS = GossipTest.settings(3, 2, 64 * 1024);
  private static final PeerId SENDER = GossipNetwork.id(9);
  private static final PeerId WRITER = GossipNetwork.id(8);
  private static final long NOW = 1_000_000_000;

  private final Gossip core = new Gossip(GossipNetwork.id(0), 1, SETTINGS, new Random(1)::nextInt);

  @Test
  void whatNoPeerSaysIsNotHeardAndItsSenderIsNamed() {
    String text = "x".repeat(100);
    for (GossipMessage message :
        List.of(
            new GossipMessage.Want(SENDER, Tree.PEERS, Collections.nCopies(10_000, text)),
            new GossipMessage.News(
                SENDER, true, Collections.nCopies(10_000, facts(1, 0, Map.of())), List.of()),
            buckets(new Version(1, -1)),
            buckets(new Version(Long.MAX_VALUE, 1)),
            news(facts(1, -1, Map.of())),
            news(facts(1, 0, Map.of(GossipNetwork.id(2), 1.5))),
            news(facts(1, 0, Map.of(GossipNetwork.id(1), 1.0))),
            news(facts(1, 0, Map.of()).at(new Version(1, Long.MAX_VALUE))),
            news(entry(SENDER, new Version(1, NOW), "v")),
            news(entry(SENDER, new Version(0, Long.MAX_VALUE), "v")),
            news(entry(WRITER, new Version(0, NOW), "v".repeat(1001))))) {
      List<Effect> effects = core.handle(new Input.Received(NOW, message));
      assertEquals(1, effects.size(), effects::toString);
      assertEquals(SENDER, ((Effect.MessageRefused) effects.get(0)).from());
    }
    assertEquals(0, core.peers().size());
    assertEquals(0, core.entries().size());
  }

  @Test
  void whatIsRightBesideItIsHeardAndTheSenderIsNamedOnce() {
    List<AppEntry> entries = new ArrayList<>();
    entries.add(entry(WRITER, new Version(3, NOW), "v"));
    entries.add(entry(WRITER, new Version(0, NOW), "v"));
    List<PeerFacts> facts = List.of(facts(1, -1, Map.of()), facts(2, 0, Map.of()));
    List<Effect> effects =
        core.handle(new Input.Received(NOW, new GossipMessage.News(SENDER, true, facts, entries)));
    assertEquals(
        List.of(Effect.Learned.class, Effect.Changed.class, Effect.MessageRefused.class),
        effects.stream().map(Object::getClass).toList());
  }

  /** Clocks may differ by less than tombstones are kept. */
  @Test
  void whatIsOfTheFutureIsNotTakenAndItsWriterAloneIsNamed() {
    Version late = new Version(0, NOW + SETTINGS.tombstoneMillis() + 1);
    assertTrue(refused(news(entry(SENDER, late, "v"))));
    assertFalse(refused(news(entry(WRITER, late, "v"))), "it is passed on in good faith");
    assertEquals(0, core.entries().size());
    Version tolerated = new Version(0, NOW + SETTINGS.tombstoneMillis());
    assertFalse(refused(news(entry(SENDER, tolerated, "v"))));
    assertEquals(1, core.entries().size());
  }

  /** A process that was frozen has what was written meanwhile in its mailbox when it wakes. */
  @Test
  void afterASleepNothingIsOfTheFuture() {
    core.handle(new Input.Round(NOW));
    long later = NOW + 10 * SETTINGS.tombstoneMillis();
    GossipMessage news = news(entry(SENDER, new Version(0, later - 1), "v"));
    List<Effect> effects = core.handle(new Input.Received(later, news));
    assertTrue(effects.get(0) instanceof Effect.Changed, effects::toString);
  }

  private boolean refused(GossipMessage message) {
    return core.handle(new Input.Received(NOW, message)).stream()
        .anyMatch(Effect.MessageRefused.class::isInstance);
  }

  private static GossipMessage news(PeerFacts facts) {
    return new GossipMessage.News(SENDER, true, List.of(facts), List.of());
  }

  private static GossipMessage news(AppEntry entry) {
    return new GossipMessage.News(SENDER, true, List.of(), List.of(entry));
  }

  private static GossipMessage buckets(Version version) {
    Held held = new Held(GossipNetwork.id(0).value(), new Stamp(version, GossipNetwork.id(0)));
    return new GossipMessage.Buckets(
        SENDER, Tree.PEERS, List.of(new Bucket(Prefix.ROOT, List.of(held))));
  }

  private static AppEntry entry(PeerId writer, Version version, String value) {
    return new AppEntry("key", new Stamp(version, writer), Optional.of(Bytes.utf8(value)));
  }

  private static PeerFacts facts(int index, long done, Map<PeerId, Double> opinions) {
    return new PeerFacts(
        GossipNetwork.id(index),
        new Version(1, 1),
        "host:1",
        Optional.empty(),
        "zone",
        Set.of(),
        Set.of(),
        new Load(0, 0, 4, OptionalDouble.empty()),
        done,
        0,
        "1",
        List.of(),
        opinions);
  }
}
