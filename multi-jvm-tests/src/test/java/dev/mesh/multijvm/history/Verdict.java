package dev.mesh.multijvm.history;

/** What a {@link LinearizabilityChecker} says of a history. Its text is for people. */
public sealed interface Verdict {

  /**
   * Some order explains every answer.
   *
   * @param operations how many were judged
   * @param configurations how many partial orders were tried
   */
  record Linearizable(int operations, long configurations) implements Verdict {}

  /**
   * No order explains all answers to operations on {@code key}.
   *
   * @param unexplained without this answer, and all that were given after it, there would be one
   * @param report that answer with what happened around it, for people
   */
  record NotLinearizable(String key, Operation unexplained, String report) implements Verdict {
    @Override
    public String toString() {
      return report;
    }
  }

  /** The search for an order took more effort than allowed: the history may be good or bad. */
  record GaveUp(String key, int operations, long configurations) implements Verdict {
    @Override
    public String toString() {
      return ("gave up on key '%s' with %,d operations after %,d configurations: neither"
              + " linearizable nor not; check with a higher limit")
          .formatted(key, operations, configurations);
    }
  }
}
