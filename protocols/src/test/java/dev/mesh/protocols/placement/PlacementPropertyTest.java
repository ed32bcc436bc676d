package dev.mesh.protocols.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Placement.Award;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Random meshes and batches, each from its seed, against what the rules promise. */
class PlacementPropertyTest {
  private static final AuctionWeights WEIGHTS = AuctionWeights.DEFAULT;
  private static final List<String> CAPABILITIES = List.of("u", "v", "w", "x");

  @RepeatedTest(100)
  void aTaskWaitsOnlyIfAllWhoAreAbleAreFull(RepetitionInfo run) {
    Random random = new Random(run.getCurrentRepetition());
    List<Bid> bids = bids(random);
    List<TaskOffer> offers = offers(random);
    for (PlacementRule rule : List.of(new Auction(WEIGHTS), new CapabilityPlacement())) {
      Placement placement = rule.place(offers, bids);
      Map<PeerId, Long> given = given(placement);
      for (TaskOffer offer : offers) {
        if (placement.unplaced().containsKey(offer.id())) {
          able(offer, bids)
              .forEach(bid -> assertEquals(bid.freeSlots(), given.getOrDefault(bid.bidder(), 0L)));
        }
      }
      assertEachIsInOneOfTheTwo(offers, placement);
    }
  }

  @RepeatedTest(100)
  void eachTaskOfAnAuctionGoesToTheHighestScoreWithRoom(RepetitionInfo run) {
    Random random = new Random(run.getCurrentRepetition());
    List<Bid> bids = bids(random);
    List<TaskOffer> offers = offers(random);
    Auction auction = new Auction(WEIGHTS);
    Map<String, PeerId> winners = winners(auction.place(offers, bids));
    Map<PeerId, Bid> now = new HashMap<>();
    bids.forEach(bid -> now.put(bid.bidder(), bid));
    for (TaskOffer offer : offers) {
      PeerId winner = winners.get(offer.id());
      if (winner == null) {
        continue;
      }
      double best =
          able(offer, now.values().stream().toList()).stream()
              .filter(bid -> bid.freeSlots() > 0)
              .mapToDouble(bid -> auction.score(offer, bid))
              .max()
              .orElseThrow();
      assertEquals(best, auction.score(offer, now.get(winner)), 1e-9);
      now.compute(winner, (id, bid) -> withOneMoreTask(bid));
    }
  }

  @RepeatedTest(100)
  void byHashATaskGoesToItsOwnerOrWaitsForIt(RepetitionInfo run) {
    Random random = new Random(run.getCurrentRepetition());
    List<Bid> bids = bids(random);
    List<TaskOffer> offers = offers(random);
    Ring everybody = ring(IntStream.range(0, 10).mapToObj(PlacementPropertyTest::peer).toList());
    Placement placement = new HashPlacement(everybody).place(offers, bids);
    Map<String, PeerId> winners = winners(placement);
    Map<PeerId, Long> given = given(placement);
    for (TaskOffer offer : offers) {
      List<Bid> able = able(offer, bids);
      ring(able.stream().map(Bid::bidder).toList())
          .owner(offer.id())
          .ifPresent(
              owner -> {
                if (winners.containsKey(offer.id())) {
                  assertEquals(owner, winners.get(offer.id()));
                } else {
                  int slots =
                      able.stream()
                          .filter(b -> b.bidder().equals(owner))
                          .findFirst()
                          .orElseThrow()
                          .freeSlots();
                  assertEquals(slots, given.getOrDefault(owner, 0L));
                  assertTrue(placement.unplaced().get(offer.id()).contains(owner.value()));
                }
              });
    }
    assertEachIsInOneOfTheTwo(offers, placement);
  }

  @RepeatedTest(100)
  void byCapabilityNobodyWithRoomMatchesBetter(RepetitionInfo run) {
    Random random = new Random(run.getCurrentRepetition());
    List<Bid> bids = bids(random);
    List<TaskOffer> offers = offers(random);
    Map<String, PeerId> winners = winners(new CapabilityPlacement().place(offers, bids));
    Map<PeerId, Bid> now = new HashMap<>();
    bids.forEach(bid -> now.put(bid.bidder(), bid));
    for (TaskOffer offer : offers) {
      PeerId winner = winners.get(offer.id());
      if (winner != null) {
        Bid best =
            able(offer, now.values().stream().toList()).stream()
                .filter(bid -> bid.freeSlots() > 0)
                .max(
                    Comparator.<Bid>comparingDouble(bid -> match(offer, bid))
                        .thenComparingDouble(Bid::freeCapacity))
                .orElseThrow();
        assertEquals(match(offer, best), match(offer, now.get(winner)));
        assertEquals(best.freeCapacity(), now.get(winner).freeCapacity(), 1e-9);
        now.compute(winner, (id, bid) -> withOneMoreTask(bid));
      }
    }
  }

  @Test
  void whyATaskWaitsNamesWhatIsMissing() {
    List<Bid> bids =
        List.of(bid("a", Set.of("u"), Set.of("k"), 1), bid("b", Set.of("u", "v"), Set.of("k"), 1));
    Map<String, String> whys =
        new Auction(WEIGHTS)
            .place(
                List.of(
                    new TaskOffer("kind", "strange", Set.of()),
                    new TaskOffer("match", "k", Set.of("u", "v", "w", "x")),
                    new TaskOffer("first", "k", Set.of("u", "v")),
                    new TaskOffer("one", "k", Set.of("u", "v")),
                    new TaskOffer("second", "k", Set.of()),
                    new TaskOffer("all", "k", Set.of())),
                bids)
            .unplaced();
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put(
        "kind", "none of 2 peers has a handler for kind 'strange'; they have handlers for k");
    expected.put(
        "match",
        "no peer with a handler offers at least 0.7 of the capabilities [u, v, w, x];"
            + " best is b with 0.50");
    expected.put("one", "peer b, alone able to run it, is busy");
    expected.put("all", "all 2 peers able to run it are busy");
    assertEquals(expected, whys);
  }

  @Test
  void aWeightedMatchDoesNotDependOnTheOrderOfWhatIsRequired() {
    Map<String, Double> there = new LinkedHashMap<>();
    Map<String, Double> back = new LinkedHashMap<>();
    IntStream.range(0, 20).forEach(i -> there.put("c" + i, 1.0 / (i + 1)));
    IntStream.iterate(19, i -> i >= 0, i -> i - 1).forEach(i -> back.put("c" + i, 1.0 / (i + 1)));
    Set<String> offered = Set.of("c0", "c3", "c7", "c11", "c19");
    assertEquals(CapabilityMatch.of(there, offered), CapabilityMatch.of(back, offered));
    Map<String, Double> endless = Map.of("gpu", Double.POSITIVE_INFINITY);
    String refusal =
        assertThrows(
                IllegalArgumentException.class, () -> CapabilityMatch.of(endless, Set.of("gpu")))
            .getMessage();
    assertTrue(refusal.contains("'gpu'"), refusal);
  }

  @Test
  void whatAPeerHadIsSpreadOverTheOthersWhenItGoes() {
    List<PeerId> ten = IntStream.range(0, 10).mapToObj(PlacementPropertyTest::peer).toList();
    Ring before = ring(ten);
    Ring after = ring(ten.subList(0, 9));
    Set<PeerId> heirs = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      String key = "key-" + i;
      PeerId owner = before.owner(key).orElseThrow();
      PeerId heir = after.owner(key).orElseThrow();
      if (owner.equals(peer(9))) {
        assertEquals(before.successors(key, 2).get(1), heir);
        heirs.add(heir);
      } else {
        assertEquals(owner, heir);
      }
    }
    assertEquals(9, heirs.size());
  }

  private static void assertEachIsInOneOfTheTwo(List<TaskOffer> offers, Placement placement) {
    Set<String> seen = new HashSet<>(placement.unplaced().keySet());
    placement.awards().forEach(award -> assertTrue(seen.add(award.taskId()), award.taskId()));
    assertEquals(offers.stream().map(TaskOffer::id).collect(Collectors.toSet()), seen);
  }

  /** What the bidder would say after one more task: its room and free capacity fall alike. */
  private static Bid withOneMoreTask(Bid bid) {
    return new Bid(
        bid.bidder(),
        bid.incarnation(),
        bid.capabilities(),
        bid.kinds(),
        bid.freeCapacity() == 0 ? 0 : 1 / (1 / bid.freeCapacity() + 1.0 / bid.slots()),
        bid.pastPerformance(),
        bid.resources(),
        bid.freeSlots() - 1,
        bid.slots());
  }

  private static List<Bid> able(TaskOffer offer, List<Bid> bids) {
    return bids.stream()
        .filter(bid -> bid.kinds().contains(offer.kind()))
        .filter(bid -> match(offer, bid) >= 0.7)
        .toList();
  }

  private static double match(TaskOffer offer, Bid bid) {
    long met = offer.capabilities().stream().filter(bid.capabilities()::contains).count();
    return offer.capabilities().isEmpty() ? 1 : (double) met / offer.capabilities().size();
  }

  private static Map<String, PeerId> winners(Placement placement) {
    return placement.awards().stream().collect(Collectors.toMap(Award::taskId, Award::peer));
  }

  private static Map<PeerId, Long> given(Placement placement) {
    return placement.awards().stream()
        .collect(Collectors.groupingBy(Award::peer, Collectors.counting()));
  }

  private static List<Bid> bids(Random random) {
    return IntStream.range(0, 1 + random.nextInt(10))
        .mapToObj(
            i ->
                new Bid(
                    peer(i),
                    1,
                    some(random, CAPABILITIES),
                    some(random, List.of("k", "l")),
                    random.nextDouble(),
                    random.nextDouble(),
                    random.nextDouble(),
                    random.nextInt(8),
                    1 + random.nextInt(4)))
        .toList();
  }

  private static List<TaskOffer> offers(Random random) {
    return IntStream.range(0, random.nextInt(40))
        .mapToObj(
            i ->
                new TaskOffer(
                    "t" + i, random.nextBoolean() ? "k" : "l", some(random, CAPABILITIES)))
        .toList();
  }

  private static Set<String> some(Random random, List<String> of) {
    return of.stream().filter(any -> random.nextInt(4) > 0).collect(Collectors.toSet());
  }

  private static Bid bid(String id, Set<String> capabilities, Set<String> kinds, int slots) {
    return new Bid(new PeerId(id), 1, capabilities, kinds, 1, 0.5, 0.5, slots, 2);
  }

  private static Ring ring(List<PeerId> peers) {
    return Ring.of(peers.stream().collect(Collectors.toMap(id -> id, id -> "zone")));
  }

  private static PeerId peer(int number) {
    return new PeerId("peer-" + number);
  }
}
