package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;

/**
 * A peer that may become a neighbour.
 *
 * @param incarnation the life in which this is so; a later one overrides it
 * @param address host:port of its remoting
 */
public record Candidate(PeerId peer, long incarnation, String address, String zone) {}
