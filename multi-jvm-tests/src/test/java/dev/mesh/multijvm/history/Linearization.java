package dev.mesh.multijvm.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The search for an order of one key's operations that explains all answers: Wing and Gong,
 * "Testing and Verifying Concurrent Objects" (1993), with the configurations that were tried
 * remembered, as in Lowe, "Testing for Linearizability" (2017). An operation comes before another
 * in any such order if it was answered before the other was called.
 *
 * <p>Operations of unknown outcome have no end: each may take effect at any time after its call, or
 * never. They are tried right before an operation that is impossible without them and nowhere else,
 * which {@link Model} permits: so many of them cost little. Used by one thread, once.
 */
final class Linearization<S> {
  /** How a search ended. */
  enum Result {
    FOUND,
    IMPOSSIBLE,
    GAVE_UP
  }

  private final Model<S> model;

  /**
   * Those whose answer is known, then those of unknown outcome, each part in the order of calls.
   */
  private final List<Operation> operations;

  private final int known;

  /** For each operation of unknown outcome the one before it with the same call, or -1. */
  private final int[] twins;

  private final int limit;

  /** The operations in the order so far, by their place in {@link #operations}. */
  private final BitSet done = new BitSet();

  /** What was tried, and with which sets of operations of unknown outcome; none holds another. */
  private final Map<Configuration<S>, List<BitSet>> tried = new HashMap<>();

  /** How many operations that are still to come saw each value. */
  private final Map<String, Integer> readers = new HashMap<>();

  private int effort;
  private final Deque<Step<S>> steps = new ArrayDeque<>();

  /**
   * What decides whether the rest can be ordered, beside the operations of unknown outcome that are
   * left: the more, the better.
   *
   * @param first the first known operation that is not done
   * @param later the known ones that are done beyond it
   * @param without the state before an operation of unknown outcome, if that came last
   */
  private record Configuration<S>(int first, BitSet later, S state, Optional<S> without) {}

  /** The state after an operation, and what may come next. */
  private static final class Step<S> {
    private final int operation; // negative before the first
    private final S state;
    private final Optional<S> without;
    private final int[] candidates;
    private int next;

    Step(int operation, S state, Optional<S> without, int[] candidates) {
      this.operation = operation;
      this.state = state;
      this.without = without;
      this.candidates = candidates;
    }
  }

  /**
   * @param operations of one key, only such as {@link Operation#counts count}
   * @param limit how many configurations are tried
   */
  Linearization(Model<S> model, List<Operation> operations, int limit) {
    this.model = model;
    this.operations =
        model.simplified(operations).stream()
            .sorted(Comparator.comparing(Operation::isUnknown).thenComparing(Operation::called))
            .toList();
    this.known = (int) operations.stream().filter(o -> !o.isUnknown()).count();
    this.twins = twins();
    this.limit = limit;
    this.operations.forEach(operation -> countReader(operation, 1));
  }

  private int[] twins() {
    Map<Call, Integer> latest = new HashMap<>();
    int[] earlier = new int[operations.size()];
    for (int i = known; i < operations.size(); i++) {
      Integer before = latest.put(operations.get(i).call(), i);
      earlier[i] = before == null ? -1 : before;
    }
    return earlier;
  }

  Result search() {
    steps.push(new Step<>(-1, model.initial(), Optional.empty(), candidates()));
    while (!steps.isEmpty()) {
      if (done.nextClearBit(0) >= known) {
        return Result.FOUND;
      }
      if (effort >= limit) {
        return Result.GAVE_UP;
      }
      Step<S> last = steps.peek();
      if (last.next < last.candidates.length) {
        advance(last, last.candidates[last.next++]);
      } else {
        undo(steps.pop());
      }
    }
    return Result.IMPOSSIBLE;
  }

  /** Puts an operation next, if its answer is possible there and this was not tried before. */
  private void advance(Step<S> last, int index) {
    Operation operation = operations.get(index);
    boolean needed = last.without.flatMap(state -> model.step(state, operation)).isEmpty();
    Optional<S> after = needed ? model.step(last.state, operation) : Optional.empty();
    if (after.isEmpty() || isStillToBeSeen(last.state, after.get())) {
      return;
    }
    Optional<S> without = index < known ? Optional.empty() : Optional.of(last.state);
    done.set(index);
    if (isNew(after.get(), without)) {
      effort++;
      countReader(operation, -1);
      steps.push(new Step<>(index, after.get(), without, candidates()));
    } else {
      done.clear(index);
    }
  }

  /** Whether a state is left for ever that somebody still has to see. */
  private boolean isStillToBeSeen(S state, S next) {
    Optional<String> left = model.visible(state);
    return left.isPresent()
        && !left.equals(model.visible(next))
        && readers.getOrDefault(left.get(), 0) > 0;
  }

  private void countReader(Operation operation, int more) {
    model.seenBy(operation).ifPresent(value -> readers.merge(value, more, Integer::sum));
  }

  private void undo(Step<S> step) {
    if (step.operation >= 0) {
      done.clear(step.operation);
      countReader(operations.get(step.operation), 1);
    }
  }

  /** Whether this was not tried before, with the same unknown outcomes or with fewer. */
  private boolean isNew(S state, Optional<S> without) {
    int first = Math.min(done.nextClearBit(0), known);
    BitSet unknown = done.get(known, operations.size());
    List<BitSet> before =
        tried.computeIfAbsent(
            new Configuration<>(first, done.get(first, known), state, without),
            configuration -> new ArrayList<>(1));
    if (before.stream().anyMatch(fewer -> contains(unknown, fewer))) {
      return false;
    }
    before.removeIf(more -> contains(more, unknown));
    before.add(unknown);
    return true;
  }

  private static boolean contains(BitSet all, BitSet some) {
    BitSet rest = (BitSet) some.clone();
    rest.andNot(all);
    return rest.isEmpty();
  }

  /**
   * What may come next: all that were called before the first answer that is still to be explained.
   * Known ones first, by the time of their answers, which is likely to be the order. Of equal calls
   * of unknown outcome the earliest, because they can change places.
   */
  private int[] candidates() {
    List<Integer> open = new ArrayList<>();
    long firstAnswer = Long.MAX_VALUE;
    for (int i = done.nextClearBit(0);
        i < known && operations.get(i).called() <= firstAnswer;
        i = done.nextClearBit(i + 1)) {
      open.add(i);
      firstAnswer = Math.min(firstAnswer, operations.get(i).returned());
    }
    long end = firstAnswer;
    return IntStream.concat(
            open.stream()
                .filter(i -> operations.get(i).called() <= end)
                .sorted(Comparator.comparing(i -> operations.get(i).returned()))
                .mapToInt(i -> i),
            IntStream.range(known, operations.size())
                .takeWhile(i -> operations.get(i).called() <= end)
                .filter(i -> !done.get(i) && (twins[i] < 0 || done.get(twins[i]))))
        .toArray();
  }

  /**
   * After {@link Result#FOUND}: the order. Operations of unknown outcome that had none are left
   * out.
   */
  List<Operation> order() {
    List<Operation> order = new ArrayList<>();
    steps
        .descendingIterator()
        .forEachRemaining(
            step -> {
              if (step.operation >= 0) {
                order.add(operations.get(step.operation));
              }
            });
    return order;
  }

  /** After {@link Result#FOUND}: the state at the end of {@link #order}. */
  S state() {
    return steps.peek().state;
  }

  /** How many configurations were tried. */
  int effort() {
    return effort;
  }
}
