package dev.mesh.protocols.gossip;

import java.util.OptionalDouble;

/**
 * How busy a peer is.
 *
 * @param running tasks that run
 * @param queued tasks that wait at the peer
 * @param slots tasks that can run at once
 * @param cpu share of the processors in use, 0 to 1; absent where it is not known
 */
public record Load(int running, int queued, int slots, OptionalDouble cpu) {}
