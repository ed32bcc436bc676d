package dev.mesh.protocols.membership;

/**
 * How many neighbours a peer keeps and how long it waits for them.
 *
 * @param minNeighbours fewer than this, and others make room; at least 3
 * @param wantedNeighbours it looks for more until it has so many
 * @param maxNeighbours it never has more
 * @param candidates the most peers that it knows beside its neighbours
 * @param exchanged how many of them one message passes on
 * @param silentRounds a neighbour that says nothing for longer is given up
 * @param answerRounds a peer that is asked to be a neighbour is asked so often
 * @param maxAge a candidate that nobody has heard from for so many rounds is forgotten
 */
public record OverlaySettings(
    int minNeighbours,
    int wantedNeighbours,
    int maxNeighbours,
    int candidates,
    int exchanged,
    int silentRounds,
    int answerRounds,
    int maxAge) {

  /** The most that {@code maxNeighbours} can be. */
  public static final int MOST_NEIGHBOURS = 32;

  /** The most that {@code exchanged} can be. */
  public static final int MOST_EXCHANGED = 100;

  /** The most that {@code maxAge} can be. */
  public static final int MOST_AGE = 10_000;

  /** Three to five neighbours; what the measurements in the documentation were made with. */
  public static final OverlaySettings DEFAULT = new OverlaySettings(3, 4, 5, 40, 8, 4, 3, 60);

  public OverlaySettings {
    if (minNeighbours < 3
        || wantedNeighbours < minNeighbours
        || maxNeighbours < wantedNeighbours
        || maxNeighbours > MOST_NEIGHBOURS) {
      throw new IllegalArgumentException(
          "neighbours: min "
              + minNeighbours
              + ", wanted "
              + wantedNeighbours
              + ", max "
              + maxNeighbours
              + " must be 3 to "
              + MOST_NEIGHBOURS
              + " and not fall");
    }
    if (candidates < 2 * maxNeighbours
        || exchanged < 2
        || exchanged > Math.min(candidates, MOST_EXCHANGED)) {
      throw new IllegalArgumentException(
          candidates
              + " candidates, "
              + exchanged
              + " in a message: at least twice the neighbours, and from 2 to all of them, at most "
              + MOST_EXCHANGED);
    }
    if (silentRounds < 1 || answerRounds < 1 || maxAge < silentRounds || maxAge > MOST_AGE) {
      throw new IllegalArgumentException(
          "rounds of silence "
              + silentRounds
              + ", of waiting for an answer "
              + answerRounds
              + " must be positive, and the age "
              + maxAge
              + " from the silence to "
              + MOST_AGE);
    }
  }
}
