package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.List;

/** What failure detectors say to each other; each message carries its sender's incarnation. */
public sealed interface Heartbeat {
  /** The most updates in one message. */
  int MAX_UPDATES = 8;

  PeerId from();

  Incarnation incarnation();

  /** What travels along, at most {@value #MAX_UPDATES}. */
  default List<HealthUpdate> updates() {
    return List.of();
  }

  /**
   * Answered with {@link Pong}.
   *
   * @param sentAt on the sender's clock; comes back in the answer
   */
  record Ping(PeerId from, Incarnation incarnation, long sentAt, List<HealthUpdate> updates)
      implements Heartbeat {
    public Ping {
      updates = List.copyOf(updates);
    }
  }

  /**
   * Answers a ping.
   *
   * @param pingSentAt as the ping had it
   */
  record Pong(PeerId from, Incarnation incarnation, long pingSentAt, List<HealthUpdate> updates)
      implements Heartbeat {
    public Pong {
      updates = List.copyOf(updates);
    }
  }

  /** Is {@code suspect} silent for you, too? Answered with {@link Confirmation}. */
  record AskConfirmation(
      PeerId from, Incarnation incarnation, PeerId suspect, Incarnation suspectIncarnation)
      implements Heartbeat {}

  /** Whether {@code suspect} is silent for the sender. */
  record Confirmation(
      PeerId from,
      Incarnation incarnation,
      PeerId suspect,
      Incarnation suspectIncarnation,
      boolean silent)
      implements Heartbeat {}
}
