package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import java.util.Optional;

/**
 * How a try ended at the worker: exactly one of result and error is present.
 *
 * @param permanent for an error: whether trying again cannot help
 */
record Outcome(Optional<Bytes> result, Optional<String> error, boolean permanent) {
  /** The longest error text that is kept, in characters. */
  private static final int MAX_ERROR = 2_000;

  static Outcome success(Bytes result) {
    return new Outcome(Optional.of(result), Optional.empty(), false);
  }

  static Outcome failure(String error, boolean permanent) {
    String kept = error.length() <= MAX_ERROR ? error : error.substring(0, MAX_ERROR) + "...";
    return new Outcome(Optional.empty(), Optional.of(kept), permanent);
  }

  long bytes() {
    return (long) result.map(Bytes::length).orElse(0) + error.map(String::length).orElse(0);
  }
}
