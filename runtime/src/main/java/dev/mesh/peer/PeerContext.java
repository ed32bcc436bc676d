package dev.mesh.peer;

import dev.mesh.MeshSettings;
import dev.mesh.protocols.PeerId;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What every actor of a peer may need.
 *
 * @param address host:port at which other peers reach this one
 */
record PeerContext(MeshSettings settings, PeerState state, PeerRefs refs, String address) {
  PeerId id() {
    return state.self();
  }

  long incarnation() {
    return state.incarnation();
  }

  /** The peers whose reputation is so low that others are preferred. */
  Set<PeerId> distrusted() {
    return state.reputations().entrySet().stream()
        .filter(entry -> entry.getValue() < settings.distrustBelow())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }
}
