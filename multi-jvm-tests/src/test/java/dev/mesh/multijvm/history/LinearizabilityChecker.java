package dev.mesh.multijvm.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides whether a history is linearizable (Herlihy and Wing 1990): whether one copy of the data,
 * doing one operation at a time, each between its call and its answer, would have answered the
 * same. Keys are judged one by one, which is enough (Horn and Kroening, "Faster linearizability
 * checking via P-compositionality", 2015). Immutable, thread-safe.
 *
 * <p>Time and memory are bounded by the number of configurations that the search may try for a key,
 * each of some hundred bytes.
 */
public final class LinearizabilityChecker<S> {
  private static final int DEFAULT_LIMIT = 2_000_000;

  private final Model<S> model;
  private final int limit;

  /**
   * @param limit how many configurations are tried for a key before the checker gives up
   */
  public LinearizabilityChecker(Model<S> model, int limit) {
    this.model = model;
    this.limit = limit;
  }

  /** Judges histories of the shared memory. */
  public static LinearizabilityChecker<VersionedRegister.State> forMemory() {
    return new LinearizabilityChecker<>(new VersionedRegister(), DEFAULT_LIMIT);
  }

  /**
   * Judges a history. One key that is bad decides; one that takes too much effort decides
   * otherwise.
   *
   * @param history in any order
   */
  public Verdict check(List<Operation> history) {
    Map<String, List<Operation>> byKey =
        history.stream()
            .filter(Operation::counts)
            .collect(
                Collectors.groupingBy(
                    operation -> operation.call().key(), TreeMap::new, Collectors.toList()));
    Optional<Verdict> gaveUp = Optional.empty();
    int operations = 0;
    long configurations = 0;
    for (Map.Entry<String, List<Operation>> entry : byKey.entrySet()) {
      List<Operation> ofKey = entry.getValue();
      Linearization<S> search = new Linearization<>(model, ofKey, limit);
      switch (search.search()) {
        case IMPOSSIBLE -> {
          return explain(entry.getKey(), ofKey);
        }
        case GAVE_UP ->
            gaveUp = Optional.of(new Verdict.GaveUp(entry.getKey(), ofKey.size(), search.effort()));
        case FOUND -> {
          operations += ofKey.size();
          configurations += search.effort();
        }
      }
    }
    return gaveUp.orElse(new Verdict.Linearizable(operations, configurations));
  }

  /**
   * Finds the first answer that makes a bad history bad. Histories that end earlier are no worse,
   * so halving finds it. Where the checker gives up on an earlier end, it goes on with later ones.
   */
  private Verdict explain(String key, List<Operation> history) {
    List<Operation> answered =
        history.stream()
            .filter(operation -> !operation.isUnknown())
            .sorted(Comparator.comparing(Operation::returned))
            .toList();
    int good = -1; // the history that ends with this answer is good, or not known to be bad
    int bad = answered.size() - 1;
    while (bad - good > 1) {
      int middle = (good + bad) >>> 1;
      List<Operation> earlier = until(answered.get(middle).returned(), history);
      if (new Linearization<>(model, earlier, limit).search() == Linearization.Result.IMPOSSIBLE) {
        bad = middle;
      } else {
        good = middle;
      }
    }
    Operation unexplained = answered.get(bad);
    List<Operation> before = new ArrayList<>(until(unexplained.returned(), history));
    before.remove(unexplained);
    Linearization<S> witness = new Linearization<>(model, before, limit);
    String report =
        witness.search() == Linearization.Result.FOUND
            ? Report.of(unexplained, history, witness.order(), witness.state())
            : Report.of(unexplained, history);
    return new Verdict.NotLinearizable(key, unexplained, report);
  }

  /** The history as it was known at a time. */
  private static List<Operation> until(long time, List<Operation> history) {
    return history.stream()
        .filter(operation -> operation.called() <= time)
        .map(operation -> operation.returned() <= time ? operation : operation.withoutAnswer())
        .filter(Operation::counts)
        .toList();
  }
}
