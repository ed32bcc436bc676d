package dev.mesh.http;

import dev.mesh.memory.MemoryException;
import dev.mesh.task.TasksException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * A request that is not done as asked, in the form that clients see: {@code
 * {"error":"code","message":"what is wrong and what to do"}}.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;
  private static final int RETRY_AFTER_SECONDS = 1;

  private final int status;
  private final String code;
  private final boolean outcomeKnown;

  public Problem(int status, String code, String message) {
    this(status, code, message, true, null);
  }

  private Problem(int status, String code, String message, boolean outcomeKnown, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.code = code;
    this.outcomeKnown = outcomeKnown;
  }

  /** The input is wrong; the same request will fail again. */
  static Problem invalid(String message) {
    return new Problem(400, "invalid", message);
  }

  /** The peer is not a member of the mesh yet. */
  static Problem starting(MeshApi.Health health) {
    return new Problem(
        UNAVAILABLE,
        "starting",
        "peer "
            + health.peer()
            + " is starting"
            + health.detail().map(detail -> " (" + detail + ")").orElse("")
            + "; nothing was done; try again soon or ask another peer");
  }

  /** No majority answered in time; what was asked may be done all the same, now or later. */
  public static Problem outcomeUnknown(String message) {
    return new Problem(UNAVAILABLE, "unavailable", message, false, null);
  }

  /** What {@code failure} means to a client. */
  static Problem of(Throwable failure) {
    if (failure instanceof CompletionException && failure.getCause() != null) {
      return of(failure.getCause());
    }
    if (failure instanceof Problem problem) {
      return problem;
    }
    if (failure instanceof TasksException refusal) {
      return new Problem(
          refusal.code().httpStatus(),
          refusal.code().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          refusal.getMessage(),
          refusal.outcomeKnown(),
          refusal);
    }
    if (failure instanceof MemoryException refusal) {
      return new Problem(
          refusal.code().httpStatus(),
          refusal.code().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          refusal.getMessage(),
          refusal.outcomeKnown(),
          refusal);
    }
    return new Problem(
        500, "internal", "the peer failed: " + failure + "; its log says more", false, failure);
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  /** False if what was asked may be done all the same, now or later. */
  public boolean outcomeKnown() {
    return outcomeKnown;
  }

  /** In how many seconds the same request may succeed, where trying again makes sense. */
  public Optional<Integer> retryAfterSeconds() {
    return status == UNAVAILABLE || status == TOO_MANY_REQUESTS
        ? Optional.of(RETRY_AFTER_SECONDS)
        : Optional.empty();
  }
}
