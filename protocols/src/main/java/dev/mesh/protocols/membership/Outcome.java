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
  REFUSED_MESSAGE(Aspect.CONDUCT, false, 4);

  /** Each is remembered apart, so that many outcomes of one say nothing about another. */
  enum Aspect {
    TASKS(16),
    HEARTBEATS(8),
    CONDUCT(8);

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
}
