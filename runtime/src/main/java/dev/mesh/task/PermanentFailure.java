package dev.mesh.task;

/** Thrown by a handler when trying again cannot help. The task fails with this message. */
public final class PermanentFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PermanentFailure(String message) {
    super(message);
  }
}
