package dev.mesh.peer;

import dev.mesh.protocols.membership.Heartbeat;
import java.util.function.ToIntFunction;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * How many bytes a heartbeat takes, written as between peers; without what the transport puts
 * around it. For measurements. Thread-safe.
 */
public final class HeartbeatSizes implements ToIntFunction<Heartbeat> {
  private final Serialization serialization;

  public HeartbeatSizes(ActorSystem<?> system) {
    serialization = SerializationExtension.get(Adapter.toClassic(system));
  }

  @Override
  public int applyAsInt(Heartbeat message) {
    return serialization.serialize(HeartbeatWire.of(message)).get().length;
  }
}
