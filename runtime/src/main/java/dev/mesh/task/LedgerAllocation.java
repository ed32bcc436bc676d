package dev.mesh.task;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Puts each ledger, which is a shard of its own, at the peer that is to lead the ledger's group, so
 * that a write begins where it is decided. A ledger that has no such place for now, or whose place
 * is not there, goes where the fewest are, and moves later.
 *
 * <p>Nothing moves while a member of the cluster is out of reach: all members must agree to a move,
 * and one from a peer that turns out to be dead would last until the hand-off times out.
 */
final class LedgerAllocation extends AbstractShardAllocationStrategy {
  /** Each move interrupts a ledger for a moment. */
  private static final int MOVES_AT_ONCE = 2;

  private final String self;
  private final IntFunction<Optional<String>> home;
  private final BooleanSupplier someUnreachable;

  /**
   * @param self host:port of this peer, whose own region has no address in its path
   * @param home host:port of the peer that a ledger is to live at, if there is one now
   * @param someUnreachable whether a member of the cluster is out of reach
   */
  LedgerAllocation(
      String self, IntFunction<Optional<String>> home, BooleanSupplier someUnreachable) {
    this.self = self;
    this.home = home;
    this.someUnreachable = someUnreachable;
  }

  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> current) {
    return Future.successful(home(shard, current).orElseGet(() -> fewest(current)));
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> current, Set<String> underWay) {
    Set<String> moves = new HashSet<>();
    if (underWay.isEmpty() && !someUnreachable.getAsBoolean()) {
      current.forEach(
          (region, shards) ->
              CollectionConverters.asJava(shards).stream()
                  .filter(
                      shard -> home(shard, current).filter(at -> !at.equals(region)).isPresent())
                  .filter(shard -> moves.size() < MOVES_AT_ONCE)
                  .forEach(moves::add));
    }
    return Future.successful(moves);
  }

  private Optional<ActorRef> home(String shard, Map<ActorRef, IndexedSeq<String>> current) {
    return home.apply(Integer.parseInt(shard))
        .flatMap(
            wanted ->
                current.keySet().stream()
                    .filter(region -> addressOf(region).equals(wanted))
                    .findFirst());
  }

  private String addressOf(ActorRef region) {
    Address address = region.path().address();
    return address.hasLocalScope() ? self : hostPort(address);
  }

  static String hostPort(Address address) {
    return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
  }

  private static ActorRef fewest(Map<ActorRef, IndexedSeq<String>> current) {
    return current.entrySet().stream()
        .min((a, b) -> Integer.compare(a.getValue().size(), b.getValue().size()))
        .orElseThrow()
        .getKey();
  }
}
