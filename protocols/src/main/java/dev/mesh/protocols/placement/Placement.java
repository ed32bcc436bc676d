package dev.mesh.protocols.placement;

import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;

/**
 * What became of a batch of offers; each is in one of the two.
 *
 * @param unplaced ids of tasks that nobody takes now, and why, for people
 */
public record Placement(List<Award> awards, Map<String, String> unplaced) {
  /**
   * A task and who runs it.
   *
   * @param incarnation the life of the peer that bid; a later one knows nothing of the task
   */
  public record Award(String taskId, PeerId peer, long incarnation) {}

  public Placement {
    awards = List.copyOf(awards);
    unplaced = Map.copyOf(unplaced);
  }
}
