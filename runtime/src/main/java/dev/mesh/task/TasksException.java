package dev.mesh.task;

/** A call on {@link Tasks} did not do as asked. The message says what is wrong and what to do. */
public class TasksException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, in the terms that a caller can act on. */
  public enum Code {
    /** The input is wrong; the same call will fail again. */
    INVALID(400),
    /** No such task was ever accepted. */
    NOT_FOUND(404),
    /** The id names another task already. */
    CONFLICT(409),
    /** The task ended and is no longer kept. */
    GONE(410),
    /** The payload is over {@code mesh.tasks.max-payload}. */
    TOO_LARGE(413),
    /** Too many tasks are open, or too many calls wait; try later. */
    TOO_MUCH(429),
    /**
     * This peer reaches no majority: until it does, it takes no writes and cannot tell what it has
     * no copy of. Nothing was done.
     */
    READ_ONLY(503),
    /** No answer in time, or the ledger failed under way; the outcome may be unknown. */
    UNAVAILABLE(503),
    /** The task ended without a result: failed, cancelled or expired. */
    NOT_COMPLETED(409);

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
  public TasksException(Code code, String message) {
    this(code, message, true);
  }

  /**
   * A failure whose outcome may be unknown.
   *
   * @param outcomeKnown false if what was asked may be done all the same, now or later
   */
  public TasksException(Code code, String message, boolean outcomeKnown) {
    super(message);
    this.code = code;
    this.outcomeKnown = outcomeKnown;
  }

  public Code code() {
    return code;
  }

  /** False if what was asked may be done all the same; repeating it under the same id is safe. */
  public boolean outcomeKnown() {
    return outcomeKnown;
  }
}
