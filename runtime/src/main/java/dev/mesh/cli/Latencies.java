package dev.mesh.cli;

import java.util.Arrays;
import org.HdrHistogram.Histogram;

/** How long operations took. */
final class Latencies {
  private static final int DIGITS = 3;
  private static final double MILLI = 1e6;
  private static final double PERCENT = 100;

  private final Histogram nanos;

  private Latencies(Histogram nanos) {
    this.nanos = nanos;
  }

  static Latencies of(long[] nanos) {
    Histogram histogram = new Histogram(DIGITS);
    Arrays.stream(nanos).forEach(histogram::recordValue);
    return new Latencies(histogram);
  }

  /** What {@code nanos} holds now. */
  static Latencies of(Histogram nanos) {
    return new Latencies(nanos.copy());
  }

  double percentileMillis(double fraction) {
    return nanos.getValueAtPercentile(fraction * PERCENT) / MILLI;
  }
}
