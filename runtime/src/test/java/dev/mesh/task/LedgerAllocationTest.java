package dev.mesh.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.japi.Util;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.IndexedSeq;

class LedgerAllocationTest {
  private static final String SELF = "here:1";

  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = cluster
                  pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                  """)
              .withFallback(ConfigFactory.load()));
  private final ActorRef here = Adapter.toClassic(kit.createTestProbe("here").ref());
  private final ActorRef there =
      kit.system()
          .classicSystem()
          .provider()
          .resolveActorRef("pekko://mesh@there:2/system/sharding/ledger");

  private boolean unreachable;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aLedgerGoesToItsHome() {
    LedgerAllocation allocation = allocation(ledger -> Optional.of(ledger == 0 ? SELF : "there:2"));
    assertEquals(here, allocated(allocation, "0", Map.of(here, shards("3", "4"), there, shards())));
    assertEquals(there, allocated(allocation, "1", Map.of(here, shards(), there, shards("5"))));
  }

  @Test
  void withoutAHomeThatIsThereItGoesWhereTheFewestAre() {
    Map<ActorRef, IndexedSeq<String>> now = Map.of(here, shards("3"), there, shards());
    assertEquals(there, allocated(allocation(any -> Optional.empty()), "0", now));
    assertEquals(there, allocated(allocation(any -> Optional.of("no:3")), "0", now));
  }

  @Test
  void ledgersElsewhereMoveHomeAFewAtATime() {
    LedgerAllocation allocation = allocation(any -> Optional.of(SELF));
    Map<ActorRef, IndexedSeq<String>> now =
        Map.of(here, shards("0"), there, shards("1", "2", "3", "4"));
    Set<String> moves = moves(allocation, now, Set.of());
    assertEquals(2, moves.size());
    assertEquals(Set.of(), moves(allocation, now, moves), "not before the last ones have arrived");
    assertEquals(Set.of(), moves(allocation, Map.of(here, shards("0", "1")), Set.of()));
  }

  @Test
  void nothingMovesWhileAMemberIsOutOfReach() {
    LedgerAllocation allocation = allocation(any -> Optional.of(SELF));
    Map<ActorRef, IndexedSeq<String>> now = Map.of(here, shards(), there, shards("1"));
    unreachable = true;
    assertEquals(Set.of(), moves(allocation, now, Set.of()));
    unreachable = false;
    assertEquals(Set.of("1"), moves(allocation, now, Set.of()));
  }

  private LedgerAllocation allocation(IntFunction<Optional<String>> home) {
    return new LedgerAllocation(SELF, home, () -> unreachable);
  }

  private static IndexedSeq<String> shards(String... shards) {
    return Util.immutableIndexedSeq(List.of(shards));
  }

  private static ActorRef allocated(
      LedgerAllocation allocation, String shard, Map<ActorRef, IndexedSeq<String>> now) {
    return allocation.allocateShard(ActorRef.noSender(), shard, now).value().get().get();
  }

  private static Set<String> moves(
      LedgerAllocation allocation, Map<ActorRef, IndexedSeq<String>> now, Set<String> underWay) {
    return allocation.rebalance(now, underWay).value().get().get();
  }
}
