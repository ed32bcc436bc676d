package dev.mesh.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.protocols.placement.TaskOffer;
import dev.mesh.task.AuctionCall;
import dev.mesh.task.LedgerCommand;
import dev.mesh.task.Task;
import dev.mesh.task.WorkLoad;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AuctionActorTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "auction",
          ConfigFactory.parseString("pekko.actor.provider = local")
              .withFallback(ConfigFactory.load()));

  private final Map<PeerId, ActorRef<AuctionActor.Command>> auctions = new ConcurrentHashMap<>();
  private final Map<PeerId, WorkLoad> loads = new ConcurrentHashMap<>();
  private final Map<PeerId, Double> reputations = new ConcurrentHashMap<>(Map.of(A, 0.5, B, 0.5));
  private final TestProbe<LedgerCommand> ledger = KIT.createTestProbe(LedgerCommand.class);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private void peer(PeerId id, int room, String... kinds) {
    loads.put(id, new WorkLoad(Set.of(kinds), 2, 0, 0, room, 0, 0));
    AuctionActor.AuctionWiring wiring =
        new AuctionActor.AuctionWiring(
            id,
            7,
            Set.of("cap-" + id),
            () -> Set.of(A, B),
            other -> Optional.ofNullable(auctions.get(other)),
            () -> Optional.ofNullable(loads.get(id)),
            () -> 0.5,
            reputations::get,
            () -> Ring.of(Map.of(A, "z", B, "z")),
            InstantSource.system());
    auctions.put(
        id,
        KIT.spawn(
            AuctionActor.create(
                new AuctionActor.AuctionSettings(Duration.ofMillis(300), Duration.ofMillis(1)),
                wiring)));
  }

  private LedgerCommand.Placed call(PeerId at, List<AuctionCall.Offered> tasks) {
    auctions.get(at).tell(new AuctionActor.Offer(new AuctionCall(0, 1, tasks, ledger.getRef())));
    return ledger.expectMessageClass(LedgerCommand.Placed.class);
  }

  private static List<AuctionCall.Offered> offers(
      int count, Task.Placement way, String... capabilities) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> new AuctionCall.Offered(new TaskOffer("t" + i, "echo", Set.of(capabilities)), way))
        .toList();
  }

  private static Map<PeerId, Integer> shares(LedgerCommand.Placed placed) {
    Map<PeerId, Integer> shares = new TreeMap<>();
    placed.placements().forEach(award -> shares.merge(award.peer(), 1, Integer::sum));
    return shares;
  }

  @Test
  void aBatchSpreadsOverThePeers() {
    peer(A, 50, "echo");
    peer(B, 50, "echo");
    LedgerCommand.Placed placed = call(A, offers(40, Task.Placement.AUCTION));
    assertEquals(Map.of(A, 20, B, 20), shares(placed));
    assertTrue(placed.placements().stream().allMatch(award -> award.incarnation() == 7));
  }

  @Test
  void whoHasDoneWellBeforeGetsMoreAndNobodyAsksTheBidder() {
    peer(A, 50, "echo");
    peer(B, 50, "echo");
    reputations.put(A, 0.1);
    reputations.put(B, 0.9);
    assertEquals(Map.of(B, 1), shares(call(A, offers(1, Task.Placement.AUCTION))));
    reputations.put(A, 0.9);
    reputations.put(B, 0.1);
    assertEquals(Map.of(A, 1), shares(call(A, offers(1, Task.Placement.AUCTION))));
  }

  @Test
  void nobodyGetsMoreThanItHasRoomForWhateverTheWay() {
    peer(A, 3, "echo");
    peer(B, 2, "echo");
    List<AuctionCall.Offered> mixed = new ArrayList<>(offers(4, Task.Placement.HASH));
    IntStream.range(10, 20)
        .forEach(
            i ->
                mixed.add(
                    new AuctionCall.Offered(
                        new TaskOffer("t" + i, "echo", Set.of()), Task.Placement.AUCTION)));
    LedgerCommand.Placed placed = call(A, mixed);
    assertEquals(Map.of(A, 3, B, 2), shares(placed));
    assertTrue(placed.rest().stream().allMatch(AuctionCall.Unplaced::able));
  }

  @Test
  void aPeerThatDoesNotAnswerDelaysTheRoundOnlyUntilItsTimeIsOver() {
    peer(A, 50, "echo");
    auctions.put(B, KIT.createTestProbe(AuctionActor.Command.class).getRef());
    assertEquals(Map.of(A, 5), shares(call(A, offers(5, Task.Placement.AUCTION))));
  }

  @Test
  void aPeerWhoseQueueHasNotBegunMakesNoBidButTakesPartLater() {
    peer(A, 50, "echo");
    peer(B, 50, "echo");
    WorkLoad begun = loads.remove(B);
    assertEquals(Map.of(A, 4), shares(call(A, offers(4, Task.Placement.AUCTION))));
    loads.put(B, begun);
    assertEquals(Map.of(A, 2, B, 2), shares(call(A, offers(4, Task.Placement.AUCTION))));
  }

  @Test
  void saysWhyNobodyGetsATask() {
    peer(A, 50, "other");
    peer(B, 50, "other");
    AuctionCall.Unplaced unplaced = call(A, offers(1, Task.Placement.AUCTION)).rest().get(0);
    assertTrue(unplaced.why().contains("'echo'"), unplaced.why());
    assertFalse(unplaced.able());
  }

  @Test
  void capabilitiesDecideWhoIsAble() {
    peer(A, 50, "echo");
    peer(B, 50, "echo");
    assertEquals(Map.of(B, 3), shares(call(A, offers(3, Task.Placement.CAPABILITY, "cap-b"))));
  }

  @Test
  void allPeersAgreeOnPlacesByHash() {
    peer(A, 50, "echo");
    peer(B, 50, "echo");
    Map<String, PeerId> byA = new HashMap<>();
    call(A, offers(20, Task.Placement.HASH))
        .placements()
        .forEach(award -> byA.put(award.id(), award.peer()));
    Map<String, PeerId> byB = new HashMap<>();
    call(B, offers(20, Task.Placement.HASH))
        .placements()
        .forEach(award -> byB.put(award.id(), award.peer()));
    assertEquals(byA, byB);
    assertEquals(20, byA.size());
  }
}
