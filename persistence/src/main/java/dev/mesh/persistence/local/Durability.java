package dev.mesh.persistence.local;

/** What a store promises when it answers a write. */
public enum Durability {
  /** The write is on disk: it was answered after fdatasync. */
  SYNCED,
  /**
   * The write is readable and in the log, in order, but not synced: a crash of the machine may lose
   * it. A later {@link #SYNCED} write makes it durable, for both are in one log.
   */
  ORDERED
}
