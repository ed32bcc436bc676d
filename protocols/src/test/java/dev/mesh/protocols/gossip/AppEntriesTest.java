package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What applications publish, through whole meshes and at one peer's bounds. */
class AppEntriesTest {
  private static final int RETENTION_ROUNDS = 60;
  private static final GossipSettings SETTINGS = GossipTest.settings(3, 2, 64 * 1024);

  @Test
  void whatOnePublishesAllRead() {
    GossipNetwork network = agreed(1, 30);
    network.write(3, "colour", "blue");
    assertTrue(network.roundsToAgree(10) < 10);
    assertEquals(Optional.of("blue"), network.read(29, "colour"));
    network.write(29, "colour", "green");
    assertTrue(network.roundsToAgree(10) < 10);
    assertEquals(Optional.of("green"), network.read(3, "colour"));
  }

  @Test
  void ofConcurrentWritesAllKeepTheSameOne() {
    GossipNetwork network = agreed(2, 20);
    network.write(4, "colour", "four");
    network.write(17, "colour", "seventeen");
    assertTrue(network.roundsToAgree(10) < 10);
    assertEquals(Optional.of("seventeen"), network.read(0, "colour"), "the greater writer wins");
  }

  @Test
  void aWriteBeatsWhatItsWriterSawEvenIfItsClockIsBehind() {
    Gossip core = core(SETTINGS);
    write(core, 1000, "k", "early");
    write(core, 10, "k", "late");
    assertEquals(Optional.of(Bytes.utf8("late")), core.entries().get("k").orElseThrow().value());
  }

  @Test
  void whatIsDeletedIsGoneEverywhereAndItsTombstoneIsCollected() {
    GossipNetwork network = agreed(3, 20);
    network.write(1, "k", "v");
    assertTrue(network.roundsToAgree(10) < 10);
    network.delete(2, "k");
    assertTrue(network.roundsToAgree(10) < 10);
    for (int i = 0; i < 20; i++) {
      assertEquals(Optional.empty(), network.read(i, "k"));
    }
    network.rounds(3 * RETENTION_ROUNDS);
    assertTrue(network.agree());
    assertEquals(0, network.peer(7).entries().size());
    network.write(5, "k", "again");
    assertTrue(network.roundsToAgree(10) < 10);
    assertEquals(Optional.of("again"), network.read(1, "k"));
  }

  @Test
  void whatWasDeletedDuringALongPartitionStaysDead() {
    GossipNetwork network = agreed(4, 20);
    network.write(1, "k", "v");
    network.write(1, "kept", "v");
    assertTrue(network.roundsToAgree(10) < 10);
    network.cut(8);
    network.delete(15, "k");
    network.write(2, "here", "1");
    network.write(16, "there", "2");
    network.rounds(5 * RETENTION_ROUNDS);
    assertEquals(Optional.of("v"), network.read(0, "k"), "the other side cannot know");
    network.cut(0);
    assertTrue(network.roundsToAgree(15) < 15);
    for (int i = 0; i < 20; i++) {
      assertEquals(Optional.empty(), network.read(i, "k"));
      assertEquals(Optional.of("v"), network.read(i, "kept"));
      assertEquals(Optional.of("1"), network.read(i, "here"));
      assertEquals(Optional.of("2"), network.read(i, "there"));
    }
    network.rounds(3 * RETENTION_ROUNDS);
    assertEquals(Optional.empty(), network.read(0, "k"));
  }

  @Test
  void gravesAreForgottenOnceAllWereReachableForLong() {
    GossipSettings two = new GossipSettings(3, 1, 1, 8192, 10, 2, 100, 1000, 100);
    Gossip core = core(two);
    core.handle(new Input.Unreachable(java.util.Set.of(GossipNetwork.id(5))));
    write(core, 1, "a", "1");
    core.handle(new Input.Write(2, "a", Optional.empty()));
    write(core, 3, "b", "1");
    core.handle(new Input.Round(500));
    assertTrue(refuses(core, 501, "c"), "the grave of a takes room while a peer is out of reach");
    core.handle(new Input.Unreachable(java.util.Set.of()));
    core.handle(new Input.Round(600));
    assertTrue(refuses(core, 601, "c"));
    core.handle(new Input.Round(701));
    assertEquals(1, write(core, 702, "c", "1").size());
  }

  @Test
  void boundsAreKept() {
    GossipSettings small = new GossipSettings(3, 1, 1, 8192, 10, 2, 5, 3, 100);
    Gossip core = core(small);
    assertTrue(refuses(core, 1, ""));
    assertTrue(refuses(core, 1, "longer"));
    assertTrue(write(core, 1, "k", "long").get(0) instanceof Effect.Refused);
    assertTrue(write(core, 1, "k", "123").get(0) instanceof Effect.Changed);
    assertTrue(write(core, 2, "l", "123").get(0) instanceof Effect.Changed);
    assertTrue(refuses(core, 3, "m"));
    assertTrue(write(core, 4, "k", "4").get(0) instanceof Effect.Changed, "there is room for k");
    AppEntry other =
        new AppEntry(
            "m", new Stamp(new Version(0, 5), GossipNetwork.id(1)), Optional.of(Bytes.utf8("1")));
    List<Effect> effects =
        core.handle(
            new Input.Received(
                5, new GossipMessage.News(GossipNetwork.id(1), true, List.of(), List.of(other))));
    assertEquals(List.of(), effects);
    assertEquals(2, core.entries().size());
  }

  @Test
  void deletingNothingSaysNothing() {
    Gossip core = core(SETTINGS);
    assertEquals(List.of(), core.handle(new Input.Write(1, "k", Optional.empty())));
    assertEquals(0, core.entries().size());
  }

  private static GossipNetwork agreed(long seed, int peers) {
    GossipNetwork network = new GossipNetwork(seed, peers, SETTINGS);
    assertTrue(network.roundsToAgree(12) < 12);
    return network;
  }

  private static Gossip core(GossipSettings settings) {
    return new Gossip(GossipNetwork.id(0), 1, settings, new Random(1)::nextInt);
  }

  private static List<Effect> write(Gossip core, long now, String key, String value) {
    return core.handle(new Input.Write(now, key, Optional.of(Bytes.utf8(value))));
  }

  private static boolean refuses(Gossip core, long now, String key) {
    return write(core, now, key, "1").get(0) instanceof Effect.Refused;
  }
}
