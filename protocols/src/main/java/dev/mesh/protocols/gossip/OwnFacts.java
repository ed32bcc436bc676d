package dev.mesh.protocols.gossip;

import java.util.Optional;

/**
 * What a peer says of itself, and in which version: each is newer than all that others have heard.
 * In a large mesh measures wait their turn, so that facts that change all the time do not add up.
 */
final class OwnFacts {
  /** How many peers may tell new measures of themselves in a round, in the whole mesh. */
  static final int PUBLISHED_PER_ROUND = 32;

  private final long incarnation;
  private Optional<PeerFacts> latest = Optional.empty();

  /** How often this peer has published. */
  private long counter;

  private long publishedIn;

  OwnFacts(long incarnation) {
    this.incarnation = incarnation;
  }

  void are(PeerFacts facts) {
    latest = Optional.of(facts);
  }

  /**
   * A core that was begun anew in the same life goes on counting where others heard it last.
   *
   * @return whether it was behind
   */
  boolean catchUpWith(Version heard) {
    boolean behind = heard.incarnation() == incarnation && heard.counter() > counter;
    if (behind) {
      counter = heard.counter();
    }
    return behind;
  }

  /**
   * What is to be published now, if anything is.
   *
   * @param said what this peer has published last
   * @param others how many peers there are besides
   */
  Optional<PeerFacts> due(Optional<PeerFacts> said, long round, int others) {
    Optional<PeerFacts> next = latest.map(it -> it.at(new Version(incarnation, counter)));
    boolean waits =
        next.isPresent()
            && said.filter(next.get()::differsInMeasuresOnly).isPresent()
            && (round - publishedIn) * PUBLISHED_PER_ROUND < others;
    if (next.isEmpty() || said.equals(next) || waits) {
      return Optional.empty();
    }
    counter++;
    publishedIn = round;
    return latest.map(it -> it.at(new Version(incarnation, counter)));
  }
}
