package dev.mesh.memory;

/** A key has not the version that a write expected; nothing was changed. */
public final class MismatchException extends MemoryException {
  private static final long serialVersionUID = 1L;

  private final long current;

  /**
   * @param current the version of the key now; {@link Memory#ABSENT} where nothing is there
   */
  public MismatchException(String key, long expected, long current) {
    super(
        Code.MISMATCH,
        "'"
            + key
            + "' "
            + (current == Memory.ABSENT ? "is not there" : "has version " + current)
            + ", and "
            + (expected == Memory.ABSENT ? "nothing" : "version " + expected)
            + " was expected; read it and decide anew");
    this.current = current;
  }

  /** The version of the key now; {@link Memory#ABSENT} where nothing is there. */
  public long current() {
    return current;
  }
}
