package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GossipTest {
  private static final GossipSettings DEFAULT = new GossipSettings(3, 1, 64 * 1024);
  private static final GossipSettings DIGESTS_ONLY = new GossipSettings(3, 0, 64 * 1024);

  @ParameterizedTest
  @CsvSource({"2,3", "50,8", "200,10"})
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
    assertTrue(network.roundsToAgree(16) < 16);
  }

  @Test
  void digestsAloneRepairWhatRumoursMissed() {
    GossipNetwork network = new GossipNetwork(2, 50, DIGESTS_ONLY);
    assertTrue(network.roundsToAgree(12) < 12);
  }

  @Test
  void aPartitionHealsToTheUnion() {
    GossipNetwork network = new GossipNetwork(3, 40, DEFAULT);
    assertTrue(network.roundsToAgree(10) < 10);
    network.cut(20);
    network.publish(1, 11);
    network.publish(39, 12);
    for (int i = 0; i < 40; i++) { // long enough that nothing is a rumour any more
      network.round();
    }
    assertFalse(network.agree());
    network.cut(0);
    assertTrue(network.roundsToAgree(12) < 12);
    assertEquals(11, network.peer(39).facts().get(1).load().queued());
    assertEquals(12, network.peer(0).facts().get(39).load().queued());
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 8192})
  void largeStateTravelsInParts(int maxBytes) {
    GossipNetwork network = new GossipNetwork(4, 100, new GossipSettings(3, 1, maxBytes));
    assertTrue(network.roundsToAgree(12) < 12);
    Gossip full = network.peer(0);
    List<Effect> effects = full.handle(new Input.Round());
    Set<PeerId> covered = new TreeSet<>();
    int digests = 0;
    for (Effect effect : effects) {
      GossipMessage message = ((Effect.Send) effect).message();
      if (message instanceof GossipMessage.Digest digest) {
        digests++;
        assertTrue(digest.versions().size() * 100 < maxBytes);
        covered.addAll(digest.versions().keySet());
      } else if (message instanceof GossipMessage.Facts facts) {
        assertTrue(facts.facts().stream().mapToInt(PeerFacts::weight).sum() <= maxBytes);
      }
    }
    assertTrue(digests > 3, "one digest would be over the bound");
    assertEquals(100, covered.size());
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
    Version first = core.facts().get(0).version();
    Version before = new Version(first.incarnation(), 40);
    core.handle(
        new Input.Received(
            new GossipMessage.Digest(
                GossipNetwork.id(1),
                Optional.empty(),
                Optional.empty(),
                Map.of(GossipNetwork.id(0), before))));
    core.handle(new Input.Publish(GossipNetwork.facts(0, 2)));
    assertTrue(core.facts().get(0).version().isNewerThan(before));
  }

  @Test
  void aDigestIsAnsweredWithWhatIsNewerHereAndARequestForWhatIsNewerThere() {
    Gossip core = gossip();
    receive(core, GossipNetwork.facts(1, 0).at(new Version(1, 5)));
    receive(core, GossipNetwork.facts(2, 0).at(new Version(1, 5)));
    GossipMessage.Digest digest =
        new GossipMessage.Digest(
            GossipNetwork.id(9),
            Optional.empty(),
            Optional.empty(),
            Map.of(
                GossipNetwork.id(1), new Version(1, 4),
                GossipNetwork.id(2), new Version(1, 6),
                GossipNetwork.id(3), new Version(1, 1)));
    List<Effect> effects = core.handle(new Input.Received(digest));
    assertEquals(2, effects.size());
    Effect.Send facts = (Effect.Send) effects.get(0);
    assertEquals(
        GossipNetwork.id(1), ((GossipMessage.Facts) facts.message()).facts().get(0).peer());
    Effect.Send want = (Effect.Send) effects.get(1);
    assertEquals(
        List.of(GossipNetwork.id(2), GossipNetwork.id(3)),
        ((GossipMessage.Want) want.message()).peers());
  }

  @Test
  void ofUnreachablePeersOneIsTriedInEachRound() {
    Gossip core = gossip();
    Set<PeerId> gone = new TreeSet<>();
    for (int i = 1; i <= 9; i++) {
      core.handle(new Input.PeerKnown(GossipNetwork.id(i)));
      if (i > 1) {
        gone.add(GossipNetwork.id(i));
      }
    }
    core.handle(new Input.Unreachable(gone));
    assertEquals(2, core.handle(new Input.Round()).size());
  }

  @Test
  void aRumourIsToldOnlySoOften() {
    GossipNetwork network = new GossipNetwork(5, 10, DEFAULT);
    assertTrue(network.roundsToAgree(10) < 10);
    for (int i = 0; i < 10; i++) {
      network.round();
    }
    int before = network.messages();
    network.round();
    assertEquals(10 * 3, network.messages() - before, "a digest to each of three, and no more");
  }

  @Test
  void settingsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new GossipSettings(0, 1, 65536));
    assertThrows(IllegalArgumentException.class, () -> new GossipSettings(3, 99, 65536));
    assertThrows(IllegalArgumentException.class, () -> new GossipSettings(3, 1, 100));
  }

  private static Gossip gossip() {
    return new Gossip(GossipNetwork.id(0), 1, DEFAULT, new Random(1)::nextInt);
  }

  private static List<Effect> receive(Gossip core, PeerFacts facts) {
    return core.handle(
        new Input.Received(new GossipMessage.Facts(GossipNetwork.id(9), List.of(facts))));
  }
}
