package dev.mesh.events;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often a peer could not write, and how long that lasted: from its events, which it listens to.
 * Counts the changes of leaders, too. Thread-safe.
 */
public final class ReadOnlySpells {
  private static final String READ_ONLY = "read-only";
  private static final String OK = "ok";

  private long count;
  private long leaderChanges;
  private Instant since; // null while it can write
  private Duration last; // null until there was one

  /** Takes in what has happened. */
  public synchronized void hear(MeshEvent event) {
    if (event.what() instanceof MeshEvent.LeaderChanged) {
      leaderChanges++;
    } else if (event.what() instanceof MeshEvent.ModeChanged changed) {
      if (changed.mode().equals(READ_ONLY) && since == null) {
        since = event.time();
        count++;
      } else if (changed.mode().equals(OK) && since != null) {
        last = Duration.between(since, event.time());
        since = null;
      }
    }
  }

  /** Those that have begun. */
  public synchronized long count() {
    return count;
  }

  /** How long the last one that is over took; empty until there was one. */
  public synchronized Optional<Duration> last() {
    return Optional.ofNullable(last);
  }

  /** How often one of this peer's groups had a new leader, or one in a new term. */
  public synchronized long leaderChanges() {
    return leaderChanges;
  }
}
