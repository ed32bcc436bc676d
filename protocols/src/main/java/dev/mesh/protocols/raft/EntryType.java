package dev.mesh.protocols.raft;

/** What an entry of the log is for. The codes are on disk and on the wire: they never change. */
public enum EntryType {
  /** What a new leader appends, so that it has an entry of its own term to commit (§8). */
  NO_OP(0),
  /** A block of clients' commands, gathered by the host; opaque here. */
  COMMANDS(1),
  /** A {@link Membership}, in force from this entry on (thesis §4.1). */
  CONFIGURATION(2);

  private final byte code;

  EntryType(int code) {
    this.code = (byte) code;
  }

  public byte code() {
    return code;
  }

  /**
   * The type with this code.
   *
   * @throws IllegalArgumentException if no type has this code
   */
  public static EntryType of(byte code) {
    for (EntryType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "entry type " + code + " is unknown: the record was written by a newer version");
  }
}
