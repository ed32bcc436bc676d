package dev.mesh.memory;

import java.util.Optional;

/**
 * What a watcher is told.
 *
 * @param key that has changed; empty for {@link Kind#RESTART} and {@link Kind#READY}
 * @param revision of the change: revisions grow, and a watch can go on behind one; empty while the
 *     entries that are there are being told
 * @param entry what is under the key now; present for {@link Kind#PUT} alone
 */
public record Change(Kind kind, String key, Optional<Long> revision, Optional<Entry> entry) {
  /** What happened. */
  public enum Kind {
    /** A value was put, or is there as the watch begins. */
    PUT,
    /** The key was deleted. */
    DELETE,
    /** The key was removed as its time to live was over. */
    EXPIRE,
    /**
     * Changes were missed. All entries that are there follow, then {@link #READY}; a key that is
     * not among them is gone.
     */
    RESTART,
    /** All that was there has been told; what follows happens now. */
    READY
  }
}
