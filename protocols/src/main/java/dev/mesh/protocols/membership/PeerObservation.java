package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Health;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link FailureDetector} knows of a peer.
 *
 * @param by who says so: the peer itself, or who accuses it
 * @param silent how long it has been silent; empty if it is not watched from here
 * @param confirmedBy who has confirmed its silence to this peer, while it is suspected
 * @param latency how long its answers take on average; empty until there was one
 */
public record PeerObservation(
    PeerId peer,
    Incarnation incarnation,
    Health health,
    PeerId by,
    Optional<Duration> silent,
    Set<PeerId> confirmedBy,
    Optional<Duration> latency) {
  public PeerObservation {
    confirmedBy = Set.copyOf(confirmedBy);
  }

  static PeerObservation of(HealthUpdate update, Optional<Watched> seen, long now) {
    return new PeerObservation(
        update.peer(),
        update.incarnation(),
        update.health(),
        update.by(),
        seen.map(it -> Duration.ofNanos(Math.max(0, it.silence(now)))),
        seen.map(Watched::confirmedBy).orElse(Set.of()),
        seen.filter(it -> it.latency().isPresent())
            .map(it -> Duration.ofNanos(Math.round(it.latency().getAsDouble()))));
  }
}
