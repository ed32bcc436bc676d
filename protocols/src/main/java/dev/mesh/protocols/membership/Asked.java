package dev.mesh.protocols.membership;

/** A peer that was asked to be a neighbour and has not answered yet. */
final class Asked {
  /** Why it was asked: for the first two it takes the place of another neighbour. */
  enum Purpose {
    RING,
    OTHER_ZONE,
    MORE
  }

  final Candidate candidate;
  final Purpose purpose;

  /** For how many rounds it has been asked. */
  int rounds;

  Asked(Candidate candidate, Purpose purpose) {
    this.candidate = candidate;
    this.purpose = purpose;
  }
}
