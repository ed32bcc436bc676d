package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;

/** Is told what was seen of a peer; see {@link Reputation}. Thread-safe where actors share one. */
@FunctionalInterface
public interface Witness {
  /** {@code subject} did that {@code times} times since it was last said. */
  void saw(PeerId subject, Outcome outcome, int times);
}
