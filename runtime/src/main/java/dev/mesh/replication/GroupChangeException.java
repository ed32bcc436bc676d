package dev.mesh.replication;

/** A change of a group's members that cannot be made as asked. The message says why. */
public final class GroupChangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal it is. */
  public enum Reason {
    /** There is no such group, or no such peer. */
    UNKNOWN,
    /** The group is not in a state for it, at the moment or at all. */
    CONFLICT
  }

  private final Reason reason;

  GroupChangeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
