package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;

/**
 * Where a peer can be reached.
 *
 * @param incarnation the life of the peer in which this was so; a later life overrides it
 * @param address host:port
 */
public record Contact(PeerId peer, long incarnation, String address) {}
