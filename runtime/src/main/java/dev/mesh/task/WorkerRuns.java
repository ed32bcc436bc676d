package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.util.Map;

/**
 * Which runs of the peers' workers there are, as a peer knows it. A run is named by the peer's
 * incarnation.
 *
 * @param live the peers that are not confirmed failed, each with its present run
 * @param failed the peers whose runs up to this one are confirmed failed; no live ones
 */
public record WorkerRuns(Map<PeerId, Long> live, Map<PeerId, Long> failed) {
  public WorkerRuns {
    live = Map.copyOf(live);
    failed = Map.copyOf(failed);
  }
}
