package dev.mesh.multijvm.history;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A key of the shared memory: a value with a version. Every write gives a version above all that
 * the key ever had, also across a delete. After a write of unknown outcome the version is known by
 * a lower bound alone, until somebody sees it.
 */
public final class VersionedRegister implements Model<VersionedRegister.State> {
  private static final String UNSEEN = "(a value that nobody saw)";

  /**
   * A value or none.
   *
   * @param version of the value; without a value the highest that there was
   * @param exact whether that is its version; otherwise it has this one or a higher one
   */
  public record State(Optional<String> value, long version, boolean exact) {

    /** Whether the value can have this version. */
    private boolean canBe(long wanted) {
      return value.isPresent() && (exact ? version == wanted : version <= wanted);
    }

    @Override
    public String toString() {
      return value
          .map(text -> "\"%s\" version %d%s".formatted(text, version, exact ? "" : " or higher"))
          .orElse("absent, after version " + version);
    }
  }

  @Override
  public State initial() {
    return new State(Optional.empty(), Call.ABSENT, true);
  }

  @Override
  public Optional<State> step(State state, Operation operation) {
    Call call = operation.call();
    if (call instanceof Call.Get) {
      return get(state, operation);
    }
    if (call instanceof Call.Put put) {
      return write(state.version(), put.value(), operation);
    }
    if (call instanceof Call.CompareAndSet cas) {
      return compareAndSet(state, cas, operation);
    }
    return delete(state, operation);
  }

  private static Optional<State> get(State state, Operation get) {
    if (get.answer() instanceof Answer.Absent) {
      return state.value().isEmpty() ? Optional.of(state) : Optional.empty();
    }
    if (get.answer() instanceof Answer.Found found) {
      boolean sees = state.value().equals(Optional.of(found.value()));
      return sees && state.canBe(found.version())
          ? Optional.of(new State(state.value(), found.version(), true))
          : Optional.empty();
    }
    throw unexpected(get);
  }

  /**
   * A write that takes place.
   *
   * @param above a version that the new one exceeds
   */
  private static Optional<State> write(long above, String value, Operation write) {
    if (write.answer() instanceof Answer.Unknown) {
      return Optional.of(new State(Optional.of(value), above + 1, false));
    }
    if (write.answer() instanceof Answer.Written written) {
      return written.version() > above
          ? Optional.of(new State(Optional.of(value), written.version(), true))
          : Optional.empty();
    }
    throw unexpected(write);
  }

  /**
   * A mismatch is taken for possible wherever the version is not known exactly: a client that
   * guessed the version of a write that nobody has seen would be believed.
   */
  private static Optional<State> compareAndSet(
      State state, Call.CompareAndSet cas, Operation operation) {
    boolean ifAbsent = cas.expected() == Call.ABSENT;
    boolean canMatch = ifAbsent ? state.value().isEmpty() : state.canBe(cas.expected());
    if (operation.answer() instanceof Answer.Mismatch) {
      boolean mustMatch = canMatch && (ifAbsent || state.exact());
      return mustMatch ? Optional.empty() : Optional.of(state);
    }
    long above = Math.max(state.version(), cas.expected());
    return canMatch ? write(above, cas.value(), operation) : Optional.empty();
  }

  private static Optional<State> delete(State state, Operation delete) {
    if (delete.answer() instanceof Answer.Absent) {
      return state.value().isEmpty() ? Optional.of(state) : Optional.empty();
    }
    if (delete.isUnknown() || delete.answer() instanceof Answer.Deleted) {
      return state.value().isPresent()
          ? Optional.of(new State(Optional.empty(), state.version(), true))
          : Optional.empty();
    }
    throw unexpected(delete);
  }

  /** Values are written once. */
  @Override
  public Optional<String> visible(State state) {
    return state.value();
  }

  @Override
  public Optional<String> seenBy(Operation operation) {
    return operation.answer() instanceof Answer.Found found
        ? Optional.of(found.value())
        : Optional.empty();
  }

  @Override
  public List<Operation> simplified(List<Operation> history) {
    Set<String> seen =
        history.stream()
            .flatMap(operation -> seenBy(operation).stream())
            .collect(Collectors.toSet());
    return history.stream()
        .map(operation -> operation.isUnknown() ? withoutUnseen(operation, seen) : operation)
        .toList();
  }

  private static Operation withoutUnseen(Operation unknown, Set<String> seen) {
    Call call = unknown.call();
    if (call instanceof Call.Put put && !seen.contains(put.value())) {
      return unknown.with(new Call.Put(put.key(), UNSEEN));
    }
    if (call instanceof Call.CompareAndSet cas && !seen.contains(cas.value())) {
      return unknown.with(new Call.CompareAndSet(cas.key(), cas.expected(), UNSEEN));
    }
    return unknown;
  }

  private static IllegalArgumentException unexpected(Operation operation) {
    return new IllegalArgumentException(
        operation.call() + " was answered by " + operation.answer());
  }
}
