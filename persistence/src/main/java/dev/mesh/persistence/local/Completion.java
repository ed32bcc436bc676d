package dev.mesh.persistence.local;

/** Told once how a write ended. */
@FunctionalInterface
public interface Completion {
  /**
   * Runs on the store's writer thread (or on the caller's, when the write was refused at once) and
   * must not block.
   *
   * @param failure null when the write holds as its {@link Durability} promises; else why it must
   *     not be believed
   */
  void done(Throwable failure);
}
