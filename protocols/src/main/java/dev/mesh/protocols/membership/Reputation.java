package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What this peer thinks of the others: what it has seen of them, and what others say that they have
 * seen. A score is in [0, 1]; one half is neutral.
 *
 * <ul>
 *   <li>A peer's own word about itself is never heard, neither as a witness nor of its outcomes.
 *   <li>Of all others' opinions about a peer the weighted median counts, each with the trust that
 *       this peer has in the witness from what it has itself seen of it: as long as liars have less
 *       than half of the weight, what they say cannot lead out of the range of what the honest say.
 *   <li>All opinions together weigh no more than one outcome for each witness, and {@value
 *       #MOST_HEARSAY} in all: what this peer has seen itself comes to count for more.
 * </ul>
 *
 * <p>Used by one thread at a time. Holds at most {@value #MAX_SUBJECTS} peers that it has seen
 * something of, and as many witnesses with at most {@value #MAX_OPINIONS} opinions each; the one
 * seen longest ago gives way.
 */
public final class Reputation {
  public static final int MAX_SUBJECTS = 1024;

  /** More opinions of one witness are not heard. */
  public static final int MAX_OPINIONS = 64;

  /** The weight of all opinions about a peer, in outcomes. */
  public static final int MOST_HEARSAY = 8;

  /** What a peer is thought of when nothing is known about it. */
  public static final double NEUTRAL = 0.5;

  private static final double HUNDRED = 100;

  private record Opinion(double score, double weight) {}

  private final PeerId self;
  private final ReputationSettings settings;
  private final Map<PeerId, Evidence> seen = new TreeMap<>();
  private final Map<PeerId, Map<PeerId, Double>> heard = new TreeMap<>();

  public Reputation(PeerId self, ReputationSettings settings) {
    this.self = self;
    this.settings = settings;
  }

  /**
   * This peer has seen {@code subject} do that so many times; what it does itself it has no opinion
   * of.
   *
   * @param now milliseconds of one clock that does not go back
   */
  public void saw(long now, PeerId subject, Outcome outcome, int times) {
    if (subject.equals(self) || times < 1) {
      return;
    }
    if (seen.size() >= MAX_SUBJECTS && !seen.containsKey(subject)) {
      seen.keySet().stream()
          .min(Comparator.comparingLong(peer -> seen.get(peer).seen()))
          .ifPresent(seen::remove);
    }
    seen.computeIfAbsent(subject, peer -> new Evidence(now))
        .add(outcome, times, now, settings.halfLifeMillis());
  }

  /**
   * All that {@code witness} now thinks of others; what it thought before is forgotten. Scores that
   * are none and what it says of itself are not heard.
   */
  public void heard(PeerId witness, Map<PeerId, Double> opinions) {
    if (witness.equals(self) || (heard.size() >= MAX_SUBJECTS && !heard.containsKey(witness))) {
      return;
    }
    Map<PeerId, Double> kept = new HashMap<>();
    new TreeMap<>(opinions)
        .forEach(
            (subject, score) -> {
              boolean isScore = score >= 0 && score <= 1;
              if (isScore && !subject.equals(witness) && kept.size() < MAX_OPINIONS) {
                kept.put(subject, score);
              }
            });
    if (kept.isEmpty()) {
      heard.remove(witness);
    } else {
      heard.put(witness, kept);
    }
  }

  /** Opinions of others than these witnesses do not count any more. */
  public void hearOnly(Collection<PeerId> witnesses) {
    heard.keySet().retainAll(witnesses);
  }

  /**
   * What this peer passes on: its own experience alone, in hundredths, of those whom it has seen
   * last.
   */
  public Map<PeerId, Double> opinions(long now) {
    fade(now);
    Map<PeerId, Double> opinions = new TreeMap<>();
    seen.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -entry.getValue().seen()))
        .limit(settings.opinions())
        .forEach(
            entry ->
                opinions.put(
                    entry.getKey(), Math.round(entry.getValue().score() * HUNDRED) / HUNDRED));
    return opinions;
  }

  /** What is thought of everybody, in [0, 1]; of whom nothing is known is absent. */
  public Map<PeerId, Double> scores(long now) {
    fade(now);
    Map<PeerId, List<Opinion>> about = new TreeMap<>();
    seen.keySet().forEach(subject -> about.put(subject, new ArrayList<>()));
    heard.forEach(
        (witness, told) ->
            told.forEach(
                (subject, score) ->
                    about
                        .computeIfAbsent(subject, any -> new ArrayList<>())
                        .add(new Opinion(score, trust(witness)))));
    Map<PeerId, Double> scores = new TreeMap<>();
    about.forEach((subject, opinions) -> scores.put(subject, score(subject, opinions)));
    return scores;
  }

  private double score(PeerId subject, List<Opinion> opinions) {
    Optional<Evidence> own = Optional.ofNullable(seen.get(subject));
    double total = opinions.stream().mapToDouble(Opinion::weight).sum();
    double hearsay = Math.min(total, MOST_HEARSAY);
    double median = opinions.isEmpty() ? NEUTRAL : median(opinions, total);
    double good = own.map(Evidence::good).orElse(0.0) + median * hearsay;
    double bad = own.map(Evidence::bad).orElse(0.0) + (1 - median) * hearsay;
    return (Evidence.PRIOR + good) / (2 * Evidence.PRIOR + good + bad);
  }

  private void fade(long now) {
    seen.values().removeIf(it -> it.fade(now, settings.halfLifeMillis()).isForgotten());
  }

  /** By own experience alone: opinions about witnesses could be those of their friends. */
  private double trust(PeerId witness) {
    Evidence own = seen.get(witness);
    return own == null ? NEUTRAL : own.score();
  }

  /** Half of the weight is at or below it. */
  private static double median(List<Opinion> opinions, double total) {
    List<Opinion> sorted = new ArrayList<>(opinions);
    sorted.sort(Comparator.comparingDouble(Opinion::score));
    double below = 0;
    for (Opinion opinion : sorted) {
      below += opinion.weight();
      if (below >= total / 2) {
        return opinion.score();
      }
    }
    throw new IllegalStateException("no median of " + opinions);
  }
}
