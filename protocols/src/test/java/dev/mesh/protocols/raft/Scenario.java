package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayList;
import java.util.List;

/**
 * What one seed is about, and the figures it runs by.
 *
 * @param everybody members and those that may become some
 * @param driftPercent how much a clock runs slow or fast at most; the lease's margin allows for
 *     just that
 * @param mostDelay milliseconds on the way, before the weather changes
 * @param mostBetweenFaults milliseconds, as in all that follow
 * @param faultsMillis how long things go wrong
 */
record Scenario(
    Theme theme,
    List<PeerId> everybody,
    Membership founders,
    RaftSettings settings,
    int driftPercent,
    long mostDelay,
    long mostBetweenFaults,
    long mostBetweenCompactions,
    long mostBetweenOrders,
    long mostBetweenReads,
    long faultsMillis) {

  /** Some seeds reach it, those whose peers compact their logs seldom. */
  static final long MAX_LOG_BYTES = 5_000;

  /** A seed has one of these. */
  enum Theme {
    /** All that can go wrong, in groups of all sizes. */
    ANYTHING,

    /**
     * Leaders that reign for a moment and leave their entries at some of the others (Figure 8):
     * with one entry in a message, and five voters that stay.
     */
    SHORT_REIGNS,

    /**
     * The same, but leaders change the membership as soon as they lead: there are four voters at
     * first, so two changes may leave majorities without a common voter.
     */
    RIVAL_CHANGES,

    /**
     * Reads by lease, with clocks as far apart as the margin allows, while leaders are cut off or
     * hand over and their voters start anew: whoever leads next writes at once, and nobody may miss
     * that.
     */
    LEASES
  }

  static Scenario drawn(SeededDraws draws) {
    int draw = draws.below(100);
    if (draw < 20) {
      return shortReigns(draws, Theme.SHORT_REIGNS, 5);
    } else if (draw < 40) {
      return shortReigns(draws, Theme.RIVAL_CHANGES, 4);
    }
    return draw < 65 ? leases(draws) : anything(draws);
  }

  boolean isAbout(Theme some) {
    return theme == some;
  }

  private static Scenario anything(SeededDraws draws) {
    List<PeerId> everybody = peers(draws.any(List.of(3, 3, 4, 4, 5, 5, 6, 7, 9)));
    int voters = Math.min(everybody.size(), draws.any(List.of(1, 2, 3, 3, 3, 4, 5, 5)));
    int members = voters + draws.below(everybody.size() - voters + 1);
    int drift = draws.below(10);
    return new Scenario(
        Theme.ANYTHING,
        everybody,
        members(everybody, voters, members),
        settings(draws, draws.any(List.of(1, 200, 1_000)), 1 + draws.below(6), drift),
        drift,
        1 + draws.below(30),
        draws.any(List.of(40L, 80L, 250L)),
        draws.any(List.of(10L, 40L, 150L)),
        draws.any(List.of(20L, 100L, 400L)),
        60,
        3_000);
  }

  private static Scenario shortReigns(SeededDraws draws, Theme theme, int voters) {
    List<PeerId> everybody = peers(5);
    int drift = draws.below(10);
    return new Scenario(
        theme,
        everybody,
        members(everybody, voters, everybody.size()),
        settings(draws, 1, 1, drift),
        drift,
        1 + draws.below(10),
        400,
        draws.any(List.of(10L, 40L, 150L)),
        10,
        60,
        3_000);
  }

  /** Elections are short beside the time-out, so that a lease that is a little too long shows. */
  private static Scenario leases(SeededDraws draws) {
    List<PeerId> everybody = peers(draws.any(List.of(3, 3, 3, 4, 5)));
    int voters = Math.min(everybody.size(), draws.any(List.of(3, 3, 5)));
    int drift = draws.any(List.of(5, 10, 20));
    return new Scenario(
        Theme.LEASES,
        everybody,
        members(everybody, voters, everybody.size()),
        settings(
            300, 310 + draws.below(60), draws.any(List.of(60L, 150L)), 1_000, 4, 20, true, drift),
        drift,
        1 + draws.below(5),
        500,
        150,
        draws.any(List.of(100L, 400L, 1_000L)),
        10,
        6_000);
  }

  private static List<PeerId> peers(int count) {
    List<PeerId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(new PeerId("p" + i));
    }
    return ids;
  }

  /** The first are voters, the others of them learners. */
  private static Membership members(List<PeerId> everybody, int voters, int members) {
    return new Membership(everybody.subList(0, voters), everybody.subList(voters, members));
  }

  private static RaftSettings settings(
      SeededDraws draws, int bytesPerAppend, int messages, int driftPercent) {
    int entries = 1 + draws.below(20);
    boolean leases = draws.chance(40);
    return settings(100, 200, 30, bytesPerAppend, messages, entries, leases, driftPercent);
  }

  private static RaftSettings settings(
      long electionMin,
      long electionMax,
      long heartbeat,
      int bytesPerAppend,
      int messages,
      int entries,
      boolean leases,
      int driftPercent) {
    return new RaftSettings(
        electionMin,
        electionMax,
        heartbeat,
        bytesPerAppend,
        messages,
        entries,
        600,
        1_000,
        3_000,
        MAX_LOG_BYTES,
        300,
        8,
        leases,
        leaseMargin(electionMin, driftPercent));
  }

  /**
   * While the fastest clock runs for {@code millis}, the slowest falls behind by so much, and no
   * lease may last longer than what it then shows.
   */
  private static long leaseMargin(long millis, int driftPercent) {
    long fastest = 100L + driftPercent;
    long behind = (millis * 2 * driftPercent + fastest - 1) / fastest;
    return Math.max(1, behind);
  }
}
