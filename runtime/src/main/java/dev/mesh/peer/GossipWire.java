package dev.mesh.peer;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.gossip.AggregationMessage;
import dev.mesh.protocols.gossip.GossipMessage;

/** The messages of gossip as they travel: a record for each, so that no type is written. */
sealed interface GossipWire extends GossipActor.Command, WireMessage {

  /** From another peer's {@link dev.mesh.protocols.gossip.Gossip}. */
  sealed interface OfState extends GossipWire {
    GossipMessage message();
  }

  record Summarised(GossipMessage.Summary message) implements OfState {}

  record Branched(GossipMessage.Branches message) implements OfState {}

  record Compared(GossipMessage.Buckets message) implements OfState {}

  record Wanted(GossipMessage.Want message) implements OfState {}

  record Told(GossipMessage.News message) implements OfState {}

  /** From another peer's {@link dev.mesh.protocols.gossip.Aggregation}. */
  sealed interface OfAggregates extends GossipWire {
    AggregationMessage message();
  }

  record Shared(AggregationMessage.Share message) implements OfAggregates {}

  record Acknowledged(AggregationMessage.Taken message) implements OfAggregates {}

  static GossipWire of(GossipMessage message) {
    if (message instanceof GossipMessage.Summary it) {
      return new Summarised(it);
    } else if (message instanceof GossipMessage.Branches it) {
      return new Branched(it);
    } else if (message instanceof GossipMessage.Buckets it) {
      return new Compared(it);
    } else if (message instanceof GossipMessage.Want it) {
      return new Wanted(it);
    } else if (message instanceof GossipMessage.News it) {
      return new Told(it);
    }
    throw new IllegalStateException("no wire form for " + message);
  }

  static GossipWire of(AggregationMessage message) {
    if (message instanceof AggregationMessage.Share it) {
      return new Shared(it);
    } else if (message instanceof AggregationMessage.Taken it) {
      return new Acknowledged(it);
    }
    throw new IllegalStateException("no wire form for " + message);
  }
}
