package dev.mesh.protocols.placement;

import java.util.Set;

/**
 * A task that looks for a peer.
 *
 * @param capabilities what it requires; may be empty
 */
public record TaskOffer(String id, String kind, Set<String> capabilities) {
  public TaskOffer {
    capabilities = Set.copyOf(capabilities);
  }
}
