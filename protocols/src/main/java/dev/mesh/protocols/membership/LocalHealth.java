package dev.mesh.protocols.membership;

/**
 * How far a detector may trust itself: the local health multiplier of Lifeguard (Dadgar et al.
 * 2017, §IV.A). The score rises when exchanges fail, when a tick of its own came late and when it
 * had to refute an accusation, falls when exchanges go well, and stays in {@code [0, max]}; what
 * depends on time is stretched by one more than it.
 *
 * <p>There a peer has one exchange in an interval. Here it has several, and they count together:
 * one peer that has failed says nothing of this one, most that do not answer say much.
 */
final class LocalHealth {
  private final int max;
  private int score;

  LocalHealth(int max) {
    this.max = max;
  }

  /** This peer was late, or had to refute. */
  void strained() {
    score = Math.min(max, score + 1);
  }

  /**
   * An interval is over.
   *
   * @param heard from how many of the watched peers something was heard
   * @param missed how many of them, not accused so far, owe an answer
   */
  void intervalEnded(long heard, long missed) {
    if (missed > heard) {
      strained();
    } else if (heard > missed) {
      score = Math.max(0, score - 1);
    }
  }

  /** 0: healthy. */
  int score() {
    return score;
  }
}
