package dev.mesh.protocols.membership;

/**
 * How fast a reputation is made and lost.
 *
 * @param halfLifeMillis after so long, what was seen counts half
 * @param opinions the most peers that a witness passes its opinion of on; at most {@link
 *     Reputation#MAX_OPINIONS}
 */
public record ReputationSettings(long halfLifeMillis, int opinions) {
  public ReputationSettings {
    if (halfLifeMillis < 1 || opinions < 1 || opinions > Reputation.MAX_OPINIONS) {
      throw new IllegalArgumentException(
          "reputation: half-life "
              + halfLifeMillis
              + " ms and "
              + opinions
              + " opinions must be positive, the latter at most "
              + Reputation.MAX_OPINIONS);
    }
  }
}
