package dev.mesh.protocols.membership;

import java.util.Comparator;

/**
 * Of which state of a peer something is said, like the incarnation number of SWIM (Das et al. 2002,
 * §4.2), but in two parts: a peer that starts again is another one for its tasks, a peer that
 * refutes an accusation is the same.
 *
 * @param life grows with each start of the peer
 * @param refutation grows, within a life, with each accusation that the peer refutes; only the peer
 *     itself raises it
 */
public record Incarnation(long life, long refutation) implements Comparable<Incarnation> {
  private static final Comparator<Incarnation> ORDER =
      Comparator.comparingLong(Incarnation::life).thenComparingLong(Incarnation::refutation);

  /** As a peer begins a life. */
  public static Incarnation first(long life) {
    return new Incarnation(life, 0);
  }

  Incarnation refuting() {
    return new Incarnation(life, refutation + 1);
  }

  @Override
  public int compareTo(Incarnation other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return life + "." + refutation;
  }
}
