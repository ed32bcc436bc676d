package dev.mesh.peer;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.membership.Heartbeat;

/** Heartbeats as they travel: a record for each kind, so that no type is written. */
sealed interface HeartbeatWire extends HeartbeatActor.Command, WireMessage {
  Heartbeat message();

  record Pinged(Heartbeat.Ping message) implements HeartbeatWire {}

  record Ponged(Heartbeat.Pong message) implements HeartbeatWire {}

  record Asked(Heartbeat.AskConfirmation message) implements HeartbeatWire {}

  record Confirmed(Heartbeat.Confirmation message) implements HeartbeatWire {}

  static HeartbeatWire of(Heartbeat message) {
    if (message instanceof Heartbeat.Ping it) {
      return new Pinged(it);
    } else if (message instanceof Heartbeat.Pong it) {
      return new Ponged(it);
    } else if (message instanceof Heartbeat.AskConfirmation it) {
      return new Asked(it);
    } else if (message instanceof Heartbeat.Confirmation it) {
      return new Confirmed(it);
    }
    throw new IllegalStateException("no wire form for " + message);
  }
}
