package dev.mesh.protocols.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Placement.Award;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {
  private static final Auction AUCTION = new Auction(AuctionWeights.DEFAULT);
  private static final Ring ABC = ring("a", "b", "c");

  @Test
  void theScoreIsTheWeightedSum() {
    Bid bid = new Bid(peer("a"), 1, Set.of("x"), Set.of("k"), 0.5, 0.25, 1, 4, 2);
    TaskOffer offer = new TaskOffer("t", "k", Set.of("x", "y"));
    assertEquals(0.4 * 0.5 + 0.3 * 0.5 + 0.2 * 0.25 + 0.1, AUCTION.score(offer, bid), 1e-12);
  }

  @Test
  void theHighestScoreWins() {
    List<Bid> bids = List.of(bid("a", 0.2, 4), bid("b", 0.9, 4), bid("c", 0.5, 4));
    assertEquals(Map.of("t", "b"), winners(AUCTION.place(List.of(offer("t")), bids)));
  }

  @Test
  void aBatchSpreadsOverEqualPeers() {
    List<Bid> bids = List.of(bid("a", 1, 8), bid("b", 1, 8), bid("c", 1, 8));
    Map<String, Long> shares = shares(AUCTION.place(offers(12), bids));
    assertEquals(Map.of("a", 4L, "b", 4L, "c", 4L), shares);
  }

  @Test
  void nobodyGetsMoreThanItHasSlotsForAndTheRestWaits() {
    Placement placement = AUCTION.place(offers(5), List.of(bid("a", 1, 2), bid("b", 1, 1)));
    assertEquals(Map.of("a", 2L, "b", 1L), shares(placement));
    assertEquals(2, placement.unplaced().size());
    assertTrue(placement.unplaced().values().stream().allMatch(why -> why.contains("busy")));
  }

  @Test
  void whoMatchesTooLittleIsNotEligible() {
    TaskOffer offer = new TaskOffer("t", "k", Set.of("v", "w", "x", "y", "z"));
    Bid enough = able("a", Set.of("v", "w", "x", "y"));
    Bid tooLittle = able("b", Set.of("v", "w", "x"));
    assertEquals(
        Map.of("t", "a"), winners(AUCTION.place(List.of(offer), List.of(enough, tooLittle))));
    Placement none = AUCTION.place(List.of(offer), List.of(tooLittle));
    assertTrue(none.unplaced().get("t").contains("[v, w, x, y, z]"), none.toString());
  }

  @Test
  void aTaskWithoutBidSaysWhy() {
    assertTrue(
        AUCTION.place(List.of(offer("t")), List.of()).unplaced().get("t").contains("no peer"));
    TaskOffer strange = new TaskOffer("t", "strange", Set.of());
    String why = AUCTION.place(List.of(strange), List.of(bid("a", 1, 1))).unplaced().get("t");
    assertTrue(why.contains("'strange'"), why);
  }

  @Test
  void theAwardNamesTheLifeThatBid() {
    Bid bid = new Bid(peer("a"), 77, Set.of(), Set.of("k"), 1, 1, 1, 1, 1);
    assertEquals(
        List.of(new Award("t", peer("a"), 77)),
        AUCTION.place(List.of(offer("t")), List.of(bid)).awards());
  }

  @Test
  void tiesFallTheSameWayEverywhereAndNotAlwaysOnOnePeer() {
    List<Bid> bids = List.of(bid("a", 1, 1), bid("b", 1, 1), bid("c", 1, 1));
    Map<String, Integer> won = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      String winner = winners(AUCTION.place(List.of(offer("t" + i)), bids)).get("t" + i);
      won.merge(winner, 1, Integer::sum);
    }
    assertEquals(3, won.size());
    won.values().forEach(times -> assertTrue(times > 60, won.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auction", "hash", "capability"})
  void theOrderOfBidsDoesNotMatterAndEveryOfferIsAccountedFor(String name) {
    PlacementRule rule = rule(name);
    Random random = new Random(11);
    for (int run = 0; run < 200; run++) {
      List<Bid> bids = randomBids(random);
      List<TaskOffer> offers = randomOffers(random);
      Placement placement = rule.place(offers, bids);
      List<Bid> shuffled = new ArrayList<>(bids);
      Collections.shuffle(shuffled, random);
      assertEquals(placement, rule.place(offers, shuffled));
      assertEquals(offers.size(), placement.awards().size() + placement.unplaced().size());
      assertSound(placement, offers, bids);
    }
  }

  @Test
  void byCapabilityTheBestMatchWithRoomWins() {
    TaskOffer offer = new TaskOffer("t", "k", Set.of("v", "w", "x", "y"));
    Bid best = able("a", Set.of("v", "w", "x", "y"));
    Bid good = able("b", Set.of("v", "w", "x"));
    CapabilityPlacement rule = new CapabilityPlacement();
    assertEquals(Map.of("t", "a"), winners(rule.place(List.of(offer), List.of(good, best))));
    Bid full = new Bid(peer("a"), 1, best.capabilities(), Set.of("k"), 0, 1, 1, 0, 1);
    assertEquals(Map.of("t", "b"), winners(rule.place(List.of(offer), List.of(good, full))));
  }

  @Test
  void byHashTheOwnerRunsItOrItWaits() {
    HashPlacement rule = new HashPlacement(ABC);
    PeerId owner = ABC.owner("t").orElseThrow();
    List<Bid> bids = List.of(bid("a", 1, 1), bid("b", 1, 1), bid("c", 1, 1));
    assertEquals(Map.of("t", owner.value()), winners(rule.place(List.of(offer("t")), bids)));
    List<Bid> ownerBusy =
        bids.stream().map(b -> b.bidder().equals(owner) ? bid(owner.value(), 0, 0) : b).toList();
    String why = rule.place(List.of(offer("t")), ownerBusy).unplaced().get("t");
    assertTrue(why.contains(owner.value()), why);
    List<Bid> ownerGone = bids.stream().filter(b -> !b.bidder().equals(owner)).toList();
    PeerId next = ABC.successors("t", 2).get(1);
    assertEquals(Map.of("t", next.value()), winners(rule.place(List.of(offer("t")), ownerGone)));
  }

  @Test
  void capabilitiesCanHaveWeights() {
    Map<String, Double> required = Map.of("gpu", 3.0, "fast", 1.0);
    assertEquals(0.75, CapabilityMatch.of(required, Set.of("gpu")), 1e-12);
    assertEquals(1, CapabilityMatch.of(Map.of(), Set.of()), 1e-12);
    assertThrows(
        IllegalArgumentException.class, () -> CapabilityMatch.of(Map.of("x", 0.0), Set.of()));
  }

  @Test
  void aRoundOfBidsClosesWhenAllHaveAnsweredOrTimeIsOver() {
    BidRound round = new BidRound(List.of(peer("a"), peer("b")), 1_000);
    round.add(bid("a", 1, 1));
    round.add(bid("stranger", 1, 1));
    assertEquals(1, round.bids().size());
    assertTrue(!round.isClosed(999) && round.isClosed(1_000));
    round.add(bid("b", 1, 1));
    assertTrue(round.isClosed(0));
    assertEquals(List.of(peer("a"), peer("b")), round.bids().stream().map(Bid::bidder).toList());
  }

  @Test
  void weightsAndBidsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new AuctionWeights(0.4, 0.4, 0.2, 0.1));
    assertThrows(IllegalArgumentException.class, () -> new AuctionWeights(1.5, -0.5, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> bid("a", 1.1, 1));
  }

  private static void assertSound(Placement placement, List<TaskOffer> offers, List<Bid> bids) {
    Map<PeerId, Integer> left = new HashMap<>();
    bids.forEach(bid -> left.put(bid.bidder(), bid.freeSlots()));
    for (Award award : placement.awards()) {
      TaskOffer offer =
          offers.stream().filter(o -> o.id().equals(award.taskId())).findFirst().orElseThrow();
      Bid bid =
          bids.stream().filter(b -> b.bidder().equals(award.peer())).findFirst().orElseThrow();
      assertTrue(bid.kinds().contains(offer.kind()));
      assertTrue(CapabilityMatch.of(offer.capabilities(), bid.capabilities()) >= 0.7);
      assertTrue(left.merge(award.peer(), -1, Integer::sum) >= 0);
    }
  }

  private static List<Bid> randomBids(Random random) {
    return IntStream.range(0, random.nextInt(6))
        .mapToObj(
            i ->
                new Bid(
                    peer(String.valueOf((char) ('a' + i))),
                    1,
                    some(random, "u", "v", "w"),
                    some(random, "k", "l"),
                    random.nextInt(5) / 4.0,
                    random.nextInt(5) / 4.0,
                    random.nextInt(5) / 4.0,
                    random.nextInt(5),
                    1 + random.nextInt(3)))
        .toList();
  }

  private static List<TaskOffer> randomOffers(Random random) {
    return IntStream.range(0, random.nextInt(12))
        .mapToObj(
            i ->
                new TaskOffer(
                    "t" + i, random.nextBoolean() ? "k" : "l", some(random, "u", "v", "w")))
        .toList();
  }

  private static Set<String> some(Random random, String... of) {
    return List.of(of).stream().filter(x -> random.nextInt(3) > 0).collect(Collectors.toSet());
  }

  private static PlacementRule rule(String name) {
    return switch (name) {
      case "auction" -> AUCTION;
      case "hash" -> new HashPlacement(ring("a", "b", "c", "d", "e", "f"));
      default -> new CapabilityPlacement();
    };
  }

  private static Map<String, String> winners(Placement placement) {
    return placement.awards().stream()
        .collect(Collectors.toMap(Award::taskId, award -> award.peer().value()));
  }

  private static Map<String, Long> shares(Placement placement) {
    return placement.awards().stream()
        .collect(Collectors.groupingBy(award -> award.peer().value(), Collectors.counting()));
  }

  private static List<TaskOffer> offers(int count) {
    return IntStream.range(0, count).mapToObj(i -> offer("t" + i)).toList();
  }

  private static TaskOffer offer(String id) {
    return new TaskOffer(id, "k", Set.of());
  }

  @Test
  void aPeerWithNothingToDoGetsWorkThoughOthersHaveMoreToShow() {
    Bid proven = new Bid(peer("a"), 1, Set.of(), Set.of("k"), 1, 0.99, 0.9, 512, 2);
    Bid newcomer = new Bid(peer("b"), 1, Set.of(), Set.of("k"), 1, 0.5, 0.6, 512, 2);
    List<TaskOffer> offers =
        IntStream.range(0, 10).mapToObj(i -> new TaskOffer("t" + i, "k", Set.of())).toList();
    long given =
        AUCTION.place(offers, List.of(proven, newcomer)).awards().stream()
            .filter(award -> award.peer().equals(newcomer.bidder()))
            .count();
    assertTrue(given >= 2, "its slots are filled, not " + given);
  }

  private static Bid bid(String id, double freeCapacity, int slots) {
    return new Bid(peer(id), 1, Set.of(), Set.of("k"), freeCapacity, 0.5, 0.5, slots, 2);
  }

  private static Bid able(String id, Set<String> capabilities) {
    return new Bid(peer(id), 1, capabilities, Set.of("k"), 1, 0.5, 0.5, 4, 2);
  }

  private static Ring ring(String... ids) {
    return Ring.of(List.of(ids).stream().collect(Collectors.toMap(PeerId::new, id -> "zone")));
  }

  private static PeerId peer(String id) {
    return new PeerId(id);
  }
}
