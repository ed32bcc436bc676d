package dev.mesh.task;

/** A task, or a question about tasks, is not well formed. The message names the value. */
public final class InvalidTaskException extends TasksException {
  private static final long serialVersionUID = 1L;

  public InvalidTaskException(String message) {
    super(Code.INVALID, message);
  }
}
