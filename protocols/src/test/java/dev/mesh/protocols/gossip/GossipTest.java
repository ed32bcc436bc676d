package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import dev.mesh.protocols.gossip.GossipMessage.Bucket;
import dev.mesh.protocols.gossip.GossipMessage.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GossipTest {
  private static final int KIB = 1024;
  private static final long MINUTE = 60_000;
  private static final GossipSettings DEFAULT = settings(3, 2, 64 * KIB);
  private static final GossipSettings ANTI_ENTROPY_ONLY = settings(3, 0, 64 * KIB);

  static GossipSettings settings(int fanout, int rumourFactor, int maxMessageBytes) {
    return new GossipSettings(
        fanout, rumourFactor, 1, maxMessageBytes, 20_000, 100, 100, 1000, MINUTE);
  }

  @ParameterizedTest
  @CsvSource({"2,3", "50,10", "200,13"})
  void allAgreeWithinALogarithmOfRounds(int peers, int limit) {
    for (long seed = 0; seed < 5; seed++) {
      GossipNetwork network = new GossipNetwork(seed, peers, DEFAULT);
      assertTrue(network.roundsToAgree(limit) < limit, "seed " + seed);
      network.publish(peers - 1, 7);
      assertFalse(network.agree());
      assertTrue(network.roundsToAgree(limit) < limit, "one change, seed " + seed);
    }
  }

  @Test
  void lossOnlyDelays() {
    GossipNetwork network = new GossipNetwork(1, 50, DEFAULT);
    network.loss(30);
    assertTrue(network.roundsToAgree(30) < 30);
  }

  @Test
  void antiEntropyAloneRepairsWhatRumoursMissed() {
    GossipNetwork network = new GossipNetwork(2, 50, ANTI_ENTROPY_ONLY);
    assertTrue(network.roundsToAgree(20) < 20);
  }

  @Test
  void aPartitionHealsToTheUnion() {
    GossipNetwork network = new GossipNetwork(3, 40, DEFAULT);
    assertTrue(network.roundsToAgree(12) < 12);
    network.cut(20);
    network.publish(1, 11);
    network.publish(39, 12);
    network.rounds(40); // long enough that nothing is a rumour any more
    assertFalse(network.agree());
    network.cut(0);
    assertTrue(network.roundsToAgree(15) < 15);
    assertEquals(11, network.peer(39).facts().get(1).load().queued());
    assertEquals(12, network.peer(0).facts().get(39).load().queued());
  }

  @ParameterizedTest
  @ValueSource(ints = {8 * KIB, 16 * KIB})
  void largeStateTravelsInParts(int maxBytes) {
    GossipNetwork network = new GossipNetwork(4, 300, settings(3, 1, maxBytes));
    assertTrue(network.roundsToAgree(20) < 20);
    Gossip full = network.peer(0);
    Effect.Send comparison =
        (Effect.Send)
            full.handle(
                    new Input.Received(
                        0,
                        new GossipMessage.Buckets(
                            GossipNetwork.id(999),
                            Tree.PEERS,
                            List.of(new Bucket(Prefix.ROOT, List.of())))))
                .get(0);
    assertTrue(comparison.message() instanceof GossipMessage.News);
    Set<PeerId> told = new TreeSet<>();
    int messages = 0;
    for (Effect effect :
        full.handle(
            new Input.Received(
                0,
                new GossipMessage.Buckets(
                    GossipNetwork.id(999),
                    Tree.PEERS,
                    List.of(new Bucket(Prefix.ROOT, List.of())))))) {
      GossipMessage.News news = (GossipMessage.News) ((Effect.Send) effect).message();
      assertTrue(news.facts().stream().mapToInt(PeerFacts::weight).sum() <= maxBytes);
      news.facts().forEach(facts -> told.add(facts.peer()));
      messages++;
    }
    assertTrue(messages > 3 && messages <= Comparison.MAX_PARTS);
    assertEquals(300, told.size());
  }

  @Test
  void aLaterLifeBeatsManyVersionsOfAnEarlierOne() {
    Gossip core = gossip();
    receive(core, GossipNetwork.facts(1, 5).at(new Version(1, 99)));
    assertEquals(1, receive(core, GossipNetwork.facts(1, 6).at(new Version(2, 1))).size());
    assertEquals(List.of(), receive(core, GossipNetwork.facts(1, 7).at(new Version(1, 100))));
    assertEquals(6, core.facts().get(0).load().queued());
  }

  @Test
  void nobodyElseSaysWhatThisPeerIs() {
    Gossip core = gossip();
    core.handle(new Input.Publish(GossipNetwork.facts(0, 1)));
    assertEquals(List.of(), receive(core, GossipNetwork.facts(0, 2).at(new Version(9, 9))));
    assertEquals(1, core.facts().get(0).load().queued());
  }

  @Test
  void aCoreBegunAnewInTheSameLifeIsBelievedOnceItHasHeardWhereItStood() {
    Gossip core = gossip();
    core.handle(new Input.Publish(GossipNetwork.facts(0, 1)));
    Stamp before = new Stamp(new Version(1, 40), GossipNetwork.id(0));
    receive(core, new Bucket(Prefix.ROOT, List.of(new Held(GossipNetwork.id(0).value(), before))));
    core.handle(new Input.Round(0));
    assertTrue(core.facts().get(0).stamp().isNewerThan(before));
    assertEquals(1, core.facts().get(0).load().queued());
  }

  @Test
  void aCoreThatGoesOnFromWhatAnotherKnewIsNewerThanThat() {
    Gossip before = gossip();
    before.handle(new Input.Publish(GossipNetwork.facts(0, 1)));
    before.handle(new Input.Publish(GossipNetwork.facts(0, 2)));
    Gossip after =
        new Gossip(
            GossipNetwork.id(0),
            1,
            DEFAULT,
            new Random(1)::nextInt,
            before.peers(),
            before.entries());
    after.handle(new Input.Publish(GossipNetwork.facts(0, 3)));
    assertTrue(after.facts().get(0).stamp().isNewerThan(before.facts().get(0).stamp()));
  }

  @Test
  void factsThatAreTheSameAsBeforeAreNoNews() {
    Gossip core = gossip();
    core.handle(new Input.Publish(GossipNetwork.facts(0, 1)));
    Version first = core.facts().get(0).version();
    core.handle(new Input.Publish(GossipNetwork.facts(0, 1)));
    assertEquals(first, core.facts().get(0).version());
  }

  @Test
  void inALargeMeshMeasuresWaitTheirTurnAndNothingElseDoes() {
    Gossip core = gossip();
    for (int i = 1; i <= 10 * OwnFacts.PUBLISHED_PER_ROUND; i++) {
      core.handle(new Input.PeerKnown(GossipNetwork.id(i)));
    }
    int published = 0;
    Version last = new Version(0, 0);
    for (int round = 0; round < 100; round++) {
      core.handle(new Input.Round(round));
      core.handle(new Input.Publish(GossipNetwork.facts(0, round, "1")));
      published += core.facts().get(0).version().isNewerThan(last) ? 1 : 0;
      last = core.facts().get(0).version();
    }
    assertEquals(10, published);
    core.handle(new Input.Publish(GossipNetwork.facts(0, 1, "2")));
    assertTrue(core.facts().get(0).version().isNewerThan(last));
  }

  @Test
  void aBucketIsAnsweredWithWhatIsNewerHereAndARequestForWhatIsNewerThere() {
    Gossip core = gossip();
    receive(core, GossipNetwork.facts(1, 0).at(new Version(1, 5)));
    receive(core, GossipNetwork.facts(2, 0).at(new Version(1, 5)));
    receive(core, GossipNetwork.facts(4, 0).at(new Version(1, 5)));
    List<Effect> effects =
        receive(core, new Bucket(Prefix.ROOT, List.of(held(1, 4), held(2, 6), held(3, 1))));
    assertEquals(2, effects.size());
    List<PeerFacts> news = ((GossipMessage.News) ((Effect.Send) effects.get(0)).message()).facts();
    assertEquals(
        Set.of(GossipNetwork.id(1), GossipNetwork.id(4)),
        Set.of(news.get(0).peer(), news.get(1).peer()));
    Effect.Send want = (Effect.Send) effects.get(1);
    assertEquals(List.of("p002", "p003"), ((GossipMessage.Want) want.message()).names());
  }

  @Test
  void equalStatesCostOneMessageToCompare() {
    Gossip core = gossip();
    receive(core, GossipNetwork.facts(1, 0).at(new Version(1, 5)));
    for (int round = 0; round < 5; round++) {
      core.handle(new Input.Round(round)); // until the rumour is told
    }
    List<Effect> effects = core.handle(new Input.Round(0));
    assertEquals(1, effects.size());
    GossipMessage.Summary summary =
        (GossipMessage.Summary) ((Effect.Send) effects.get(0)).message();
    Gossip same =
        new Gossip(
            GossipNetwork.id(1), 1, DEFAULT, new Random(1)::nextInt, core.peers(), core.entries());
    assertEquals(List.of(), same.handle(new Input.Received(0, summary)));
  }

  @Test
  void ofUnreachablePeersOneIsTriedInEachRoundAndOfThoseThatDoNotCountNone() {
    Gossip core = gossip();
    Set<PeerId> gone = new TreeSet<>();
    for (int i = 1; i <= 9; i++) {
      receive(core, GossipNetwork.facts(i, 0).at(new Version(1, 1)));
      if (i > 1) {
        gone.add(GossipNetwork.id(i));
      }
    }
    for (int round = 0; round < 10; round++) {
      core.handle(new Input.Round(round)); // until the rumours are told
    }
    core.handle(new Input.Unreachable(gone));
    assertEquals(2, core.handle(new Input.Round(10)).size());
    core.handle(new Input.Registered(Set.of(GossipNetwork.id(0), GossipNetwork.id(1))));
    assertEquals(1, core.others());
    assertEquals(1, core.handle(new Input.Round(11)).size());
    assertEquals(9, core.facts().size(), "what is known of those that left stays");
  }

  @Test
  void theFirstIsTheLeastThatCountsAndIsInReach() {
    Gossip core = new Gossip(GossipNetwork.id(3), 1, DEFAULT, new Random(1)::nextInt);
    receive(core, GossipNetwork.facts(1, 0).at(new Version(1, 1)));
    receive(core, GossipNetwork.facts(2, 0).at(new Version(1, 1)));
    receive(core, GossipNetwork.facts(4, 0).at(new Version(1, 1)));
    assertFalse(core.isFirst());
    core.handle(new Input.Unreachable(Set.of(GossipNetwork.id(2))));
    assertFalse(core.isFirst());
    core.handle(new Input.Registered(Set.of(GossipNetwork.id(2), GossipNetwork.id(3))));
    assertTrue(core.isFirst());
  }

  @Test
  void aFullCoreForgetsOnlyPeersThatHaveLeft() {
    GossipSettings small = new GossipSettings(3, 1, 1, 8 * KIB, 2, 10, 100, 1000, MINUTE);
    Gossip core = new Gossip(GossipNetwork.id(0), 1, small, new Random(1)::nextInt);
    receive(core, GossipNetwork.facts(1, 0).at(new Version(1, 1)));
    receive(core, GossipNetwork.facts(2, 0).at(new Version(1, 1)));
    receive(core, GossipNetwork.facts(3, 0).at(new Version(1, 1)));
    assertEquals(List.of(GossipNetwork.id(1), GossipNetwork.id(2)), ids(core));
    core.handle(new Input.Registered(Set.of(GossipNetwork.id(2), GossipNetwork.id(3))));
    receive(core, GossipNetwork.facts(3, 0).at(new Version(1, 1)));
    assertEquals(List.of(GossipNetwork.id(2), GossipNetwork.id(3)), ids(core));
  }

  @Test
  void aRumourIsSentOnlySoOften() {
    Gossip core = gossip();
    for (int i = 1; i <= 15; i++) {
      core.handle(new Input.PeerKnown(GossipNetwork.id(i)));
    }
    core.handle(new Input.Publish(GossipNetwork.facts(0, 1)));
    int sent = 0;
    for (int round = 0; round < 20; round++) {
      for (Effect effect : core.handle(new Input.Round(round))) {
        sent += ((Effect.Send) effect).message() instanceof GossipMessage.News ? 1 : 0;
      }
    }
    assertEquals(9, sent, "2 x log2(15 + 1) times, in whole rounds of 3");
  }

  @Test
  void rumoursOfARoundFitOneMessage() {
    Gossip core = gossip();
    List<PeerFacts> many = new ArrayList<>();
    for (int i = 1; i <= 1000; i++) {
      many.add(GossipNetwork.facts(i, 0).at(new Version(1, 1)));
    }
    core.handle(
        new Input.Received(0, new GossipMessage.News(GossipNetwork.id(9), true, many, List.of())));
    List<Effect> effects = core.handle(new Input.Round(0));
    assertEquals(1 + DEFAULT.fanout(), effects.size());
    GossipMessage.News news = (GossipMessage.News) ((Effect.Send) effects.get(1)).message();
    assertTrue(news.facts().stream().mapToInt(PeerFacts::weight).sum() <= 64 * KIB);
  }

  @Test
  void whoIsDistrustedIsDrawnAQuarterAsOftenAndAllAreIfNobodyElseIsThere() {
    Gossip core = gossip();
    Set<PeerId> others = new TreeSet<>();
    for (int i = 1; i <= 10; i++) {
      others.add(GossipNetwork.id(i));
      core.handle(new Input.PeerKnown(GossipNetwork.id(i)));
    }
    core.handle(new Input.Distrusted(Set.of(GossipNetwork.id(1))));
    int drawn = 0;
    for (int i = 0; i < 10_000; i++) {
      drawn += core.draw(1).equals(List.of(GossipNetwork.id(1))) ? 1 : 0;
    }
    assertEquals(250, drawn, 50, "of 9 that are drawn about 1080 times each");
    core.handle(new Input.Distrusted(others));
    assertEquals(others, new TreeSet<>(core.draw(10)));
  }

  @Test
  void settingsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> settings(0, 1, 65536));
    assertThrows(IllegalArgumentException.class, () -> settings(3, 99, 65536));
    assertThrows(IllegalArgumentException.class, () -> settings(3, 1, 100));
    assertThrows(
        IllegalArgumentException.class,
        () -> new GossipSettings(3, 1, 1, 64 * KIB, 10, 10, 100, 64 * KIB, MINUTE));
  }

  private static List<PeerId> ids(Gossip core) {
    return core.facts().stream().map(PeerFacts::peer).toList();
  }

  private static Held held(int index, long counter) {
    PeerId peer = GossipNetwork.id(index);
    return new Held(peer.value(), new Stamp(new Version(1, counter), peer));
  }

  private static Gossip gossip() {
    return new Gossip(GossipNetwork.id(0), 1, DEFAULT, new Random(1)::nextInt);
  }

  private static List<Effect> receive(Gossip core, PeerFacts facts) {
    return core.handle(
        new Input.Received(
            0, new GossipMessage.News(GossipNetwork.id(9), true, List.of(facts), List.of())));
  }

  private static List<Effect> receive(Gossip core, Bucket bucket) {
    return core.handle(
        new Input.Received(
            0, new GossipMessage.Buckets(GossipNetwork.id(9), Tree.PEERS, List.of(bucket))));
  }
}
