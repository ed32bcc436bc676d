package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * What a peer must never forget besides its log (Figure 2, "persistent state").
 *
 * @param term the latest term seen, 0 before the first
 * @param vote who got this peer's vote in {@code term}
 */
public record HardState(long term, Optional<PeerId> vote) {
  /** Before anything happened. */
  public static final HardState INITIAL = new HardState(0, Optional.empty());
}
