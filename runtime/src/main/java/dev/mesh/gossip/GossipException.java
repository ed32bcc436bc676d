package dev.mesh.gossip;

/** Something was not published; the message says why. Nothing of it was told to anybody. */
public final class GossipException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GossipException(String message) {
    super(message);
  }
}
