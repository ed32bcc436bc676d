package dev.mesh.peer;

import dev.mesh.MeshSettings;
import dev.mesh.protocols.PeerId;

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
}
