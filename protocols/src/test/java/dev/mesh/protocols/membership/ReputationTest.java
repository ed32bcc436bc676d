package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.SeededDraws;
import dev.mesh.protocols.sim.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReputationTest {
  private static final long HALF_LIFE = 600_000;
  private static final ReputationSettings SETTINGS = new ReputationSettings(HALF_LIFE, 3);
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final double EXACT = 1e-9;

  private final Reputation reputation = new Reputation(SELF, SETTINGS);

  @Test
  void whatIsUnknownIsAbsent() {
    assertEquals(Map.of(), reputation.scores(0));
    assertEquals(Map.of(), reputation.opinions(0));
  }

  @Test
  void goodOutcomesRaiseAndBadOnesLower() {
    saw(A, Outcome.TASK_DONE, 16);
    assertEquals(17.0 / 18, score(A), EXACT);
    saw(A, Outcome.TASK_FAILED, 16);
    assertEquals(1.0 / 18, score(A), EXACT, "what is old has given way");
    saw(B, Outcome.TASK_LOST, 1);
    assertEquals(1.0 / 4, score(B), EXACT);
  }

  @Test
  void manyHeartbeatsDoNotOutweighTasksThatFail() {
    saw(A, Outcome.TASK_FAILED, 16);
    saw(A, Outcome.HEARTBEAT_ANSWERED, 100_000);
    assertTrue(score(A) < 0.36, () -> "it only answers: " + score(A));
    saw(B, Outcome.TASK_DONE, 1_000_000);
    saw(B, Outcome.CONFIRMED_FAILED, 1);
    assertTrue(score(B) > 0.6 && score(B) < 0.8, () -> "good at work, and lost once: " + score(B));
  }

  @Test
  void whatWasSeenFadesToTheNeutral() {
    saw(A, Outcome.TASK_FAILED, 16);
    double before = score(A);
    double after = reputation.scores(5 * HALF_LIFE).get(A);
    assertTrue(after > before && after < 0.5, () -> before + " became " + after);
    assertEquals(Map.of(), reputation.scores(30 * HALF_LIFE), "nothing is known any more");
  }

  @Test
  void aWitnessPassesOnWhatItHasSeenItselfAndNothingElse() {
    for (int i = 0; i < 5; i++) {
      reputation.saw(i, new PeerId("p" + i), Outcome.TASK_DONE, 1);
    }
    reputation.heard(A, Map.of(B, 1.0));
    assertEquals(
        Map.of(new PeerId("p2"), 0.67, new PeerId("p3"), 0.67, new PeerId("p4"), 0.67),
        reputation.opinions(5));
  }

  @Test
  void whatIsNoScoreIsNotHeard() {
    reputation.heard(A, Map.of(B, 1.5, new PeerId("c"), -0.1, new PeerId("d"), Double.NaN));
    assertEquals(Map.of(), reputation.scores(0));
  }

  @Test
  void opinionsOfWhoIsGoneDoNotCount() {
    reputation.heard(A, Map.of(B, 1.0));
    reputation.hearOnly(List.of());
    assertEquals(Map.of(), reputation.scores(0));
  }

  @Test
  void whatIsHeldIsBounded() {
    for (int i = 0; i < 2 * Reputation.MAX_SUBJECTS; i++) {
      reputation.saw(i, new PeerId("p" + i), Outcome.TASK_DONE, 1);
    }
    Map<PeerId, Double> scores = reputation.scores(2 * Reputation.MAX_SUBJECTS);
    assertEquals(Reputation.MAX_SUBJECTS, scores.size());
    assertFalse(scores.containsKey(new PeerId("p0")), "the one seen longest ago has gone");
    Map<PeerId, Double> many = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      many.put(new PeerId("q" + i), 0.1);
    }
    reputation.heard(A, many);
    assertEquals(
        Reputation.MAX_SUBJECTS + Reputation.MAX_OPINIONS,
        reputation.scores(2 * Reputation.MAX_SUBJECTS).size());
  }

  /** Whatever a peer says, of itself or of its witnesses, its own reputation stays what it was. */
  @Test
  void nobodysOwnWordRaisesIt() {
    Seeds.run(300, ReputationTest::ownWord);
  }

  private static long ownWord(long seed) {
    SeededDraws draws = new SeededDraws(seed);
    List<PeerId> peers = peers(2 + draws.below(8));
    Reputation one = random(peers, draws);
    PeerId subject = draws.any(peers);
    Double before = one.scores(1).get(subject);
    Map<PeerId, Double> words = new HashMap<>();
    peers.forEach(peer -> words.put(peer, draws.unit()));
    words.put(subject, 1.0);
    one.heard(subject, words);
    Double after = one.scores(1).get(subject);
    assertEquals(before, after, () -> subject + " has talked itself up");
    return Objects.hash(before, words);
  }

  /** Liars with less than half of the weight do not lead out of what the honest say. */
  @Test
  void aMinorityOfLiarsIsOutvoted() {
    Seeds.run(300, ReputationTest::liars);
  }

  private static long liars(long seed) {
    SeededDraws draws = new SeededDraws(seed);
    int honest = 2 + draws.below(10);
    int lying = draws.below(honest);
    Reputation one = new Reputation(SELF, SETTINGS);
    double low = 1;
    double high = 0;
    for (int i = 0; i < honest; i++) {
      double word = draws.unit();
      low = Math.min(low, word);
      high = Math.max(high, word);
      one.heard(new PeerId("honest" + i), Map.of(A, word));
    }
    double lie = draws.below(2);
    for (int i = 0; i < lying; i++) {
      one.heard(new PeerId("liar" + i), Map.of(A, lie));
    }
    double score = one.scores(0).get(A);
    assertTrue(score >= Math.min(low, 0.5) - EXACT && score <= Math.max(high, 0.5) + EXACT);
    return Double.hashCode(score);
  }

  /** One witness more or less moves nobody by more than a bound, and the less the more is seen. */
  @Test
  void oneWitnessHasABoundedInfluence() {
    reputation.heard(A, Map.of(B, 0.0));
    assertTrue(score(B) >= 0.4 - EXACT, () -> "by the word of one: " + score(B));
    saw(B, Outcome.TASK_DONE, 16);
    double withLie = score(B);
    reputation.hearOnly(List.of());
    assertTrue(score(B) - withLie < 0.03, () -> withLie + " instead of " + score(B));
  }

  @Test
  void whoIsItselfOfLittleReputationIsBelievedLess() {
    PeerId c = new PeerId("c");
    saw(A, Outcome.TASK_DONE, 16);
    saw(c, Outcome.TASK_FAILED, 16);
    reputation.heard(A, Map.of(B, 0.9));
    reputation.heard(c, Map.of(B, 0.1));
    assertTrue(score(B) > 0.6, () -> "the trusted one is believed: " + score(B));
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ReputationSettings(0, 3));
    assertThrows(IllegalArgumentException.class, () -> new ReputationSettings(1, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ReputationSettings(1, Reputation.MAX_OPINIONS + 1));
  }

  private static Reputation random(List<PeerId> peers, SeededDraws draws) {
    Reputation one = new Reputation(SELF, SETTINGS);
    List<Outcome> outcomes = new ArrayList<>(List.of(Outcome.values()));
    for (PeerId peer : peers) {
      one.saw(0, peer, draws.any(outcomes), draws.below(20));
      Map<PeerId, Double> opinions = new HashMap<>();
      peers.forEach(about -> opinions.put(about, draws.unit()));
      one.heard(peer, opinions);
    }
    return one;
  }

  private static List<PeerId> peers(int count) {
    List<PeerId> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(new PeerId("p" + i));
    }
    return peers;
  }

  private void saw(PeerId subject, Outcome outcome, int times) {
    reputation.saw(0, subject, outcome, times);
  }

  private double score(PeerId subject) {
    return reputation.scores(0).get(subject);
  }
}
