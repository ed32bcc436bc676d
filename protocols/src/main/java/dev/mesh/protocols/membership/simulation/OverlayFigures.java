package dev.mesh.protocols.membership.simulation;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.membership.OverlayMessage;
import dev.mesh.protocols.membership.OverlaySettings;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/**
 * How an overlay held together: while nothing happened, when a third failed at once, and under
 * churn. Shares are in [0, 1]; times are rounds, absent where the time given was too short.
 *
 * @param messages sent by a peer in a round while nothing happened
 * @param bytes as {@code messages}
 * @param cutPoints peers whose loss would have split the mesh then
 * @param fewestNeighbours of a peer then
 * @param mostNeighbours of a peer then
 * @param largestWhenStruck share of the living in the largest component, just after a third failed
 * @param wholeAfter until all the living were connected again
 * @param rightAfter until ring, numbers of neighbours and zones were right again
 * @param connectedUnderChurn share of the peers that were in the largest component or had joined
 *     less than ten rounds before, at the least, while {@value #CHURN_PERCENT} % were replaced in
 *     each round
 */
public record OverlayFigures(
    Setup setup,
    double messages,
    double bytes,
    int cutPoints,
    int fewestNeighbours,
    int mostNeighbours,
    double largestWhenStruck,
    OptionalInt wholeAfter,
    OptionalInt rightAfter,
    double connectedUnderChurn) {
  /** Of the peers are replaced in each round, under churn. */
  public static final int CHURN_PERCENT = 1;

  private static final int FIRST_PEERS = 3;
  private static final int JOINING_AT_LEAST = 10;
  private static final int SETTLING_ROUNDS = 60;
  private static final int QUIET_ROUNDS = 10;
  private static final int CHURN_ROUNDS = 20;
  private static final int PATIENCE_ROUNDS = 60;

  /** What is simulated. */
  public record Setup(int peers, int zones, int lossPercent, OverlaySettings settings) {}

  /**
   * Simulates.
   *
   * @param bytesOf the size of a message on the wire
   */
  public static OverlayFigures measure(
      Setup setup, Draws draws, ToIntFunction<OverlayMessage> bytesOf) {
    OverlaySimulation mesh = new OverlaySimulation(draws, setup.zones(), setup.settings(), bytesOf);
    mesh.loss(setup.lossPercent());
    grow(mesh, setup.peers());
    mesh.rounds(SETTLING_ROUNDS);
    mesh.weigh();
    mesh.rounds(QUIET_ROUNDS);
    double messages = mesh.messagesPerTurn();
    double bytes = mesh.bytesPerTurn();
    OverlaySimulation.Measured quiet = mesh.measure();
    double underChurn = churn(mesh);
    mesh.rounds(SETTLING_ROUNDS);
    mesh.kill(setup.peers() / 3);
    double struck = mesh.measure().largest();
    int whole = mesh.roundsUntilWhole(PATIENCE_ROUNDS);
    int right = whole + mesh.roundsUntilRight(PATIENCE_ROUNDS);
    return new OverlayFigures(
        setup,
        messages,
        bytes,
        quiet.cutPoints(),
        firstNonZero(quiet),
        quiet.degrees().size() - 1,
        struck,
        within(whole, PATIENCE_ROUNDS),
        within(right, whole + PATIENCE_ROUNDS),
        underChurn);
  }

  /** By a quarter in each round. */
  private static void grow(OverlaySimulation mesh, int peers) {
    mesh.join(Math.min(FIRST_PEERS, peers));
    while (mesh.size() < peers) {
      mesh.join(Math.min(peers - mesh.size(), Math.max(JOINING_AT_LEAST, mesh.size() / 4)));
      mesh.round();
    }
  }

  /** Who has only just joined does not count. */
  private static double churn(OverlaySimulation mesh) {
    int replaced = Math.max(1, mesh.size() * CHURN_PERCENT / 100);
    double least = 1;
    for (int round = 0; round < CHURN_ROUNDS; round++) {
      mesh.kill(replaced);
      mesh.join(replaced);
      mesh.round();
      OverlaySimulation.Measured measured = mesh.measure();
      least = Math.min(least, 1 - (double) measured.cutOff() / measured.peers());
    }
    return least;
  }

  private static int firstNonZero(OverlaySimulation.Measured measured) {
    int degree = 0;
    while (measured.degrees().get(degree) == 0) {
      degree++;
    }
    return degree;
  }

  private static OptionalInt within(int rounds, int limit) {
    return rounds < limit ? OptionalInt.of(rounds) : OptionalInt.empty();
  }
}
