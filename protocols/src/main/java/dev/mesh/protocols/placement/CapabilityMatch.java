package dev.mesh.protocols.placement;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How well a peer fits what a task requires. All methods are pure. */
public final class CapabilityMatch {
  /** A peer below this share is not eligible. */
  public static final double ELIGIBLE = 0.7;

  private CapabilityMatch() {}

  /** The share of what is required that is offered, 0 to 1; 1 if nothing is required. */
  public static double of(Set<String> required, Set<String> offered) {
    if (required.isEmpty()) {
      return 1;
    }
    return (double) required.stream().filter(offered::contains).count() / required.size();
  }

  /**
   * The weighted share of what is required that is offered, 0 to 1; 1 if nothing is required.
   *
   * @param required capability and weight; every weight is finite and above 0
   */
  public static double of(Map<String, Double> required, Set<String> offered) {
    double all = 0;
    double met = 0;
    // Sums of fractions depend on their order, and every peer must come to the same.
    for (Map.Entry<String, Double> capability : new TreeMap<>(required).entrySet()) {
      double weight = capability.getValue();
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "capability '"
                + capability.getKey()
                + "' has weight "
                + weight
                + ": give a number above 0");
      }
      all += weight;
      met += offered.contains(capability.getKey()) ? weight : 0;
    }
    return required.isEmpty() ? 1 : met / all;
  }
}
