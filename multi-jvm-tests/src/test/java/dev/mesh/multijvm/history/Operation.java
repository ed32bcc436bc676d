package dev.mesh.multijvm.history;

/**
 * A call and its answer.
 *
 * @param client who called; a client has one call under way at a time
 * @param called when it was sent, in nanoseconds of the clock that all clients of the history read
 * @param returned when the answer was there; for an unknown outcome when the client gave up, and
 *     {@link #NEVER} if it was still waiting when the history ended
 */
public record Operation(int client, Call call, long called, long returned, Answer answer) {
  /** The time of an answer that did not come. */
  public static final long NEVER = Long.MAX_VALUE;

  public Operation {
    if (returned < called) {
      throw new IllegalArgumentException(
          "returned at " + returned + ", before it was called at " + called + ": " + call);
    }
  }

  /** Whether the client does not know what became of it. */
  public boolean isUnknown() {
    return answer instanceof Answer.Unknown;
  }

  /** Whether it says anything about the data: a failed call and a read without answer do not. */
  public boolean counts() {
    return !(answer instanceof Answer.Failed) && !(isUnknown() && call instanceof Call.Get);
  }

  Operation with(Call other) {
    return new Operation(client, other, called, returned, answer);
  }

  Operation with(Answer other) {
    return new Operation(client, call, called, returned, other);
  }

  /** What is known of it while its answer is not there yet. */
  Operation withoutAnswer() {
    return new Operation(client, call, called, NEVER, new Answer.Unknown("no answer yet"));
  }
}
