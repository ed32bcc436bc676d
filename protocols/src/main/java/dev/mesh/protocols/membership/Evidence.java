package dev.mesh.protocols.membership;

import dev.mesh.protocols.membership.Outcome.Aspect;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one witness has seen of one peer: good and bad outcomes, counted by weight, with forgetting
 * (Jøsang and Ismail, The Beta Reputation System, 2002, §3). Both counts fade by time, and each new
 * outcome of an aspect that is full fades those before it: an exponentially weighted mean, which
 * falls back to the neutral prior where nothing is seen any more.
 */
final class Evidence {
  /** Of each side, before anything was seen: the expectation is one half. */
  static final double PRIOR = 1;

  /** Less than this says nothing. */
  private static final double NEGLIGIBLE = 0.01;

  private static final class Counts {
    double good;
    double bad;

    void fade(double left) {
      good *= left;
      bad *= left;
    }

    void add(boolean isGood, double weight) {
      if (isGood) {
        good += weight;
      } else {
        bad += weight;
      }
    }
  }

  private final Map<Aspect, Counts> counts = new EnumMap<>(Aspect.class);
  private long asOf;

  /** When an outcome was seen last; milliseconds. */
  private long seen;

  Evidence(long now) {
    this.asOf = now;
    this.seen = now;
  }

  void add(Outcome outcome, int times, long now, long halfLifeMillis) {
    fade(now, halfLifeMillis);
    seen = asOf;
    Counts held = counts.computeIfAbsent(outcome.aspect, any -> new Counts());
    double weight = Math.min(outcome.weight * times, outcome.aspect.most);
    double room = outcome.aspect.most - weight;
    if (held.good + held.bad > room) {
      held.fade(room / (held.good + held.bad));
    }
    held.add(outcome.good, weight);
  }

  /** To be called before anything is read. */
  Evidence fade(long now, long halfLifeMillis) {
    if (now > asOf) {
      double left = Math.pow(0.5, (double) (now - asOf) / halfLifeMillis);
      counts.values().forEach(held -> held.fade(left));
      asOf = now;
    }
    return this;
  }

  boolean isForgotten() {
    return good() + bad() < NEGLIGIBLE;
  }

  double good() {
    return counts.values().stream().mapToDouble(held -> held.good).sum();
  }

  double bad() {
    return counts.values().stream().mapToDouble(held -> held.bad).sum();
  }

  /** The expected share of good outcomes, in [0, 1]. */
  double score() {
    return (PRIOR + good()) / (2 * PRIOR + good() + bad());
  }

  long seen() {
    return seen;
  }
}
