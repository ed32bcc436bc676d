package dev.mesh.memory;

import dev.mesh.memory.MemoryException.Code;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The conditions of a write.
 *
 * @param expected the version that must be there, {@link Memory#ABSENT} for none; empty for any
 * @param ttl how long the entry is to be kept; empty for ever
 */
public record Write(OptionalLong expected, Optional<Duration> ttl) {
  /** Whatever is there, and for ever. */
  public static final Write ALWAYS = new Write(OptionalLong.empty(), Optional.empty());

  private static final Duration LONGEST = Duration.ofDays(365_000);

  /**
   * @throws MemoryException if a value is out of bounds
   */
  public Write {
    if (expected.isPresent() && expected.getAsLong() < 0) {
      throw new MemoryException(
          Code.INVALID,
          "version " + expected.getAsLong() + " is less than 0; give one that was answered before");
    }
    if (ttl.filter(life -> life.toMillis() < 1 || life.compareTo(LONGEST) > 0).isPresent()) {
      throw new MemoryException(
          Code.INVALID,
          "a time to live of "
              + ttl.get()
              + " is not in PT0.001S to "
              + LONGEST
              + "; leave it out"
              + " to keep the entry for ever");
    }
  }

  public static Write ifVersion(long expected) {
    return new Write(OptionalLong.of(expected), Optional.empty());
  }

  /** The same for a time. */
  public Write expiringIn(Duration life) {
    return new Write(expected, Optional.of(life));
  }
}
