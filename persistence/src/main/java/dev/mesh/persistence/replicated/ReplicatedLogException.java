package dev.mesh.persistence.replicated;

/** A replicated log did not answer as asked. The message says what is wrong and what to do. */
public class ReplicatedLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, in the terms that a caller can act on. */
  public enum Reason {
    /** This peer cannot reach a majority, or is not ready yet; nothing was proposed. */
    UNAVAILABLE,
    /** No answer in time: the command may or may not be applied, now or later. */
    OUTCOME_UNKNOWN,
    /** Too many calls, or too many bytes, are waiting already; nothing was proposed. */
    OVERLOADED,
    /** The command is larger than the log takes; nothing was proposed. */
    TOO_LARGE
  }

  private final Reason reason;

  public ReplicatedLogException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
