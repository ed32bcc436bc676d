package dev.mesh.node;

/** A node cannot start or go on. The message says what is wrong, with the value, and what to do. */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
