package dev.mesh.protocols.placement;

/**
 * What counts how much in a bid's score. Each is 0 to 1 and their sum is 1.
 *
 * @param capability how well the bidder's capabilities match
 * @param capacity how much of its working slots is free
 * @param performance how its earlier tasks ended
 * @param resources how much processor and memory it has free
 */
public record AuctionWeights(
    double capability, double capacity, double performance, double resources) {
  /** As the mesh is specified. */
  public static final AuctionWeights DEFAULT = new AuctionWeights(0.4, 0.3, 0.2, 0.1);

  private static final double ROUNDING = 1e-9;

  public AuctionWeights {
    double sum = capability + capacity + performance + resources;
    boolean shares = capability >= 0 && capacity >= 0 && performance >= 0 && resources >= 0;
    if (!shares || !(Math.abs(sum - 1) <= ROUNDING)) {
      throw new IllegalArgumentException(
          "auction weights "
              + capability
              + ", "
              + capacity
              + ", "
              + performance
              + " and "
              + resources
              + " must each be 0 or more and be 1 together");
    }
  }
}
