package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Reputation;
import java.util.Set;

/**
 * What a peer says when it is asked for bids. How well it matches a task follows from its
 * capabilities, so that one bid serves a whole batch.
 *
 * @param incarnation the life of the bidder
 * @param capabilities what it offers
 * @param kinds the kinds of tasks that it has handlers for
 * @param freeCapacity share of its working slots that is free, 0 to 1
 * @param pastPerformance what is thought of the bidder, 0 to 1; {@link Reputation#NEUTRAL} until
 *     who has called for bids says it ({@link #judged}): a bidder's own word does not count
 * @param resources share of processor and memory that is free, 0 to 1
 * @param freeSlots tasks that it takes now, 0 or more; its queue holds more than it runs at once
 * @param slots tasks that it runs at once, 1 or more
 */
public record Bid(
    PeerId bidder,
    long incarnation,
    Set<String> capabilities,
    Set<String> kinds,
    double freeCapacity,
    double pastPerformance,
    double resources,
    int freeSlots,
    int slots) {
  public Bid {
    capabilities = Set.copyOf(capabilities);
    kinds = Set.copyOf(kinds);
    requireShare("free capacity", freeCapacity);
    requireShare("past performance", pastPerformance);
    requireShare("resources", resources);
    if (freeSlots < 0) {
      throw new IllegalArgumentException("a bid with " + freeSlots + " free slots");
    }
    if (slots < 1) {
      throw new IllegalArgumentException("a bid with " + slots + " slots");
    }
  }

  /**
   * The share of what a peer holds and could run at once that is free: all while it holds nothing,
   * a half when it holds as much as it runs, and ever less the longer its queue is. So a few tasks
   * already weigh, however long the queue may become.
   */
  public static double freeCapacity(int slots, int held) {
    return (double) slots / (slots + held);
  }

  /** The bid that the peer would make with so many tasks more. */
  public Bid after(int taken) {
    return new Bid(
        bidder,
        incarnation,
        capabilities,
        kinds,
        freeCapacityAfter(taken),
        pastPerformance,
        resources,
        freeSlots - taken,
        slots);
  }

  /** The same bid, with what is thought of the bidder. */
  public Bid judged(double performance) {
    return new Bid(
        bidder,
        incarnation,
        capabilities,
        kinds,
        freeCapacity,
        performance,
        resources,
        freeSlots,
        slots);
  }

  /** Follows {@link #freeCapacity(int, int)}, from what the bid says. */
  double freeCapacityAfter(int taken) {
    return freeCapacity == 0 ? 0 : 1 / (1 / freeCapacity + (double) taken / slots);
  }

  private static void requireShare(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + " " + value + " of a bid is not in 0..1");
    }
  }
}
