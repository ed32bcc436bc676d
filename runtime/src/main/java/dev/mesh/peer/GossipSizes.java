package dev.mesh.peer;

import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.GossipMessage;
import java.util.function.ToIntFunction;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * How many bytes a message of gossip takes, written as between peers; without what the transport
 * puts around it. For measurements. Thread-safe.
 */
public final class GossipSizes implements ToIntFunction<Object> {
  private final Serialization serialization;

  public GossipSizes(ActorSystem<?> system) {
    serialization = SerializationExtension.get(Adapter.toClassic(system));
  }

  @Override
  public int applyAsInt(Object message) {
    GossipWire wire =
        message instanceof GossipMessage state
            ? GossipWire.of(state)
            : GossipWire.of((AggregationMessage) message);
    return serialization.serialize(wire).get().length;
  }
}
