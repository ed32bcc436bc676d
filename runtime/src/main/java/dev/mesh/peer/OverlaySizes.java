package dev.mesh.peer;

import dev.mesh.protocols.membership.OverlayMessage;
import java.util.function.ToIntFunction;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * How many bytes a message of the overlay takes, written as between peers; without what the
 * transport puts around it. For measurements. Thread-safe.
 */
public final class OverlaySizes implements ToIntFunction<OverlayMessage> {
  private final Serialization serialization;

  public OverlaySizes(ActorSystem<?> system) {
    serialization = SerializationExtension.get(Adapter.toClassic(system));
  }

  @Override
  public int applyAsInt(OverlayMessage message) {
    return serialization.serialize(OverlayActor.wire(message)).get().length;
  }
}
