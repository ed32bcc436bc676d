package dev.mesh.multijvm.history;

import java.util.List;
import java.util.Optional;

/**
 * A sequential data type: what one copy of one key does with one operation at a time.
 *
 * <p>The checker lets an operation of unknown outcome take effect only right before an operation
 * that is impossible without it. So for an operation {@code u} of unknown outcome and any {@code k}
 * that is possible both before and after {@code u}, leaving {@code u} out, or doing it after {@code
 * k}, must allow every continuation that doing it before {@code k} allows. That holds where an
 * operation either shows what it found, or replaces it, or changes nothing.
 *
 * @param <S> a state: immutable, with {@code equals} and {@code hashCode}
 */
public interface Model<S> {

  /** The state of a key that nobody has touched. */
  S initial();

  /**
   * The state after an operation.
   *
   * @return empty if the operation cannot have had its answer in this state; for an unknown outcome
   *     empty if it would have changed nothing
   */
  Optional<S> step(S state, Operation operation);

  /**
   * What reads see of a state, where it is certain that no operation brings it about twice. The
   * checker leaves no such state while reads of it are still to come, which saves it much effort.
   */
  default Optional<String> visible(S state) {
    return Optional.empty();
  }

  /** What of a state an operation saw. */
  default Optional<String> seenBy(Operation operation) {
    return Optional.empty();
  }

  /**
   * The same history with equal calls where calls of unknown outcome differ in what nobody ever
   * saw: the checker takes equal calls for one another, which saves it much effort.
   *
   * @param history the operations on one key
   */
  default List<Operation> simplified(List<Operation> history) {
    return history;
  }
}
