package dev.mesh.protocols.membership;

import java.util.List;
import java.util.Optional;

/** What peers say to each other in order to be neighbours. Nothing here is repeated on demand. */
public sealed interface OverlayMessage {
  Candidate from();

  /** What no peer of this mesh and release says; empty if nothing is wrong. */
  Optional<String> fault();

  /**
   * The sender keeps a connection to the receiver, or wants one. Said in each round. Who takes it
   * up keeps one, too, and says so; who does not answers with {@link Unlink}.
   *
   * @param degree how many neighbours the sender has
   */
  record Link(Candidate from, int degree) implements OverlayMessage {
    @Override
    public Optional<String> fault() {
      return degree < 0 || degree > OverlaySettings.MOST_NEIGHBOURS
          ? Optional.of(degree + " neighbours")
          : Optional.empty();
    }
  }

  /**
   * The sender keeps no connection to the receiver, or no longer does.
   *
   * @param instead others whom the receiver may ask
   */
  record Unlink(Candidate from, List<Sighting> instead) implements OverlayMessage {
    public Unlink {
      instead = List.copyOf(instead);
    }

    @Override
    public Optional<String> fault() {
      return Sighting.fault(instead);
    }
  }

  /**
   * Whom the sender knows.
   *
   * @param wantsAnswer whether the receiver is to say the same of itself; an answer asks for none
   */
  record Exchange(Candidate from, boolean wantsAnswer, List<Sighting> sightings)
      implements OverlayMessage {
    public Exchange {
      sightings = List.copyOf(sightings);
    }

    @Override
    public Optional<String> fault() {
      return Sighting.fault(sightings);
    }
  }

  /**
   * A peer that somebody has heard from.
   *
   * @param age rounds since then
   */
  record Sighting(Candidate candidate, int age) {
    private static Optional<String> fault(List<Sighting> told) {
      if (told.size() > OverlaySettings.MOST_EXCHANGED) {
        return Optional.of(told.size() + " sightings, more than " + OverlaySettings.MOST_EXCHANGED);
      }
      return told.stream()
          .filter(it -> it.age() < 0 || it.age() > OverlaySettings.MOST_AGE)
          .map(it -> it.candidate().peer() + " seen " + it.age() + " rounds ago")
          .findFirst();
    }
  }
}
