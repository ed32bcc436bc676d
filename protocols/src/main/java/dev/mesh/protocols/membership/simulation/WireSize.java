package dev.mesh.protocols.membership.simulation;

import dev.mesh.protocols.membership.HealthUpdate;
import dev.mesh.protocols.membership.Heartbeat;

/**
 * How many bytes a heartbeat takes on the wire, about: the length of its ids and a constant for all
 * else, which the serializer's test holds to what it really writes.
 */
public final class WireSize {
  /** The frame: class, sender and receiver, in full (remoting compresses them when it can). */
  private static final int FRAME = 210;

  private static final int MESSAGE = 95;
  private static final int UPDATE = 67;

  private WireSize() {}

  public static int of(Heartbeat message) {
    int bytes = FRAME + MESSAGE + message.from().value().length();
    for (HealthUpdate update : message.updates()) {
      bytes += UPDATE + update.peer().value().length() + update.by().value().length();
    }
    return bytes;
  }
}
