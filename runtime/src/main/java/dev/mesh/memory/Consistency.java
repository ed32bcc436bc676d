package dev.mesh.memory;

/** How fresh a read must be. */
public enum Consistency {
  /** It sees every write that was answered before it was asked; it needs a majority. */
  LINEARIZABLE,
  /** It sees what the nearest replica has, which may be out of date; it needs no majority. */
  STALE
}
