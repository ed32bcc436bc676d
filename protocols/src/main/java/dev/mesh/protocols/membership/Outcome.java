package dev.mesh.protocols.membership;

/** What a witness saw a peer do, how much that says, and of which side of it. */
public enum Outcome {
  TASK_DONE(Aspect.TASKS, true, 1),
  TASK_FAILED(Aspect.TASKS, false, 1),
  /** A task that the peer had taken is to run anew elsewhere. */
  TASK_LOST(Aspect.TASKS, false, 2),
  HEARTBEAT_ANSWERED(Aspect.HEARTBEATS, true, 0.2),
  /** A quorum has confirmed that it is silent. */
  CONFIRMED_FAILED(Aspect.HEARTBEATS, false, 6),
  /** It said what no peer of this mesh and release says. */
  REFUSED_MESSAGE(Aspect.CONDUCT, false, 4),
  /** Whom it accused has refuted: often for the fault of a link. */
  FALSE_ACCUSATION(Aspect.CONDUCT, false, 0.5),
  /** As before, after it has so accused most of those that it watches. */
  FALSE_ACCUSATION_OF_MOST(Aspect.CONDUCT, false, 1);

  /** Each is remembered apart, so that many outcomes of one say nothing about another. */
  enum Aspect {
    TASKS(16),
    HEARTBEATS(8),
    CONDUCT(16);

    /** The most evidence that is kept: what is older gives way to what is new. */
    final double most;

    Aspect(double most) {
      this.most = most;
    }
  }

  final Aspect aspect;
  final boolean good;
  final double weight;

  Outcome(Aspect aspect, boolean good, double weight) {
    this.aspect = aspect;
    this.good = good;
    this.weight = weight;
  }

  /** What a false accusation says of the accuser. */
  public static Outcome of(FailureDetector.Effect.FalselyAccused accusation) {
    return accusation.ofMost() ? FALSE_ACCUSATION_OF_MOST : FALSE_ACCUSATION;
  }
}
