package dev.mesh.protocols.gossip;

import java.util.OptionalDouble;

/**
 * What a value is over the mesh, as one peer knows it.
 *
 * @param epoch in which it was found; greater at each result
 * @param roundsOld rounds of gossip since the peers were asked for the value, at this peer
 * @param count how many peers have the value; absent where the epoch does not tell
 * @param sum absent where the epoch does not tell
 */
public record Aggregate(
    String name,
    long epoch,
    long roundsOld,
    double mean,
    double min,
    double max,
    OptionalDouble count,
    OptionalDouble sum) {}
