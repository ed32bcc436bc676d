package dev.mesh.memory;

import dev.mesh.persistence.replicated.ReplicatedLogException;
import java.util.concurrent.CompletionException;

/** A call on {@link Memory} did not do as asked. The message says what is wrong and what to do. */
public class MemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, in the terms that a caller can act on. */
  public enum Code {
    /** The input is wrong; the same call will fail again. */
    INVALID(400),
    /** The key has not the version that was expected: a {@link MismatchException}. */
    MISMATCH(412),
    /** The value or the key is over its bound in {@code mesh.memory}. */
    TOO_LARGE(413),
    /**
     * The group that keeps the namespace holds all that {@code mesh.memory} lets it hold: delete
     * something, or raise the bound.
     */
    FULL(413),
    /** Too much waits already; try later. Nothing was done. */
    TOO_MUCH(429),
    /** No majority answers. Nothing was done, unless the outcome is unknown. */
    UNAVAILABLE(503);

    private final int httpStatus;

    Code(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    /** The HTTP status that says the same. */
    public int httpStatus() {
      return httpStatus;
    }
  }

  private final Code code;
  private final boolean outcomeKnown;

  /** A refusal: nothing was done. */
  public MemoryException(Code code, String message) {
    this(code, message, true);
  }

  /**
   * A failure whose outcome may be unknown.
   *
   * @param outcomeKnown false if what was asked may be done all the same, now or later
   */
  public MemoryException(Code code, String message, boolean outcomeKnown) {
    super(message);
    this.code = code;
    this.outcomeKnown = outcomeKnown;
  }

  public Code code() {
    return code;
  }

  /** False if what was asked may be done all the same: read before trying again. */
  public boolean outcomeKnown() {
    return outcomeKnown;
  }

  /** What a failure of the group's log means to a caller. */
  static RuntimeException of(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ReplicatedLogException log) {
      return switch (log.reason()) {
        case UNAVAILABLE -> new MemoryException(Code.UNAVAILABLE, log.getMessage());
        case OUTCOME_UNKNOWN -> new MemoryException(Code.UNAVAILABLE, log.getMessage(), false);
        case OVERLOADED -> new MemoryException(Code.TOO_MUCH, log.getMessage());
        case TOO_LARGE -> new MemoryException(Code.TOO_LARGE, log.getMessage());
      };
    }
    return cause instanceof RuntimeException known ? known : new CompletionException(cause);
  }
}
