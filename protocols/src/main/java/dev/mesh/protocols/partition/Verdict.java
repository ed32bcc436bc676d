package dev.mesh.protocols.partition;

/**
 * What a peer may do, and why not more.
 *
 * @param writable whether a strict majority of the registry is in reach
 * @param why what is missing; empty when writable
 */
public record Verdict(boolean writable, String why) {}
