/**
 * Which side of a partition this peer is on, and what follows. {@link
 * dev.mesh.protocols.partition.PartitionJudge} is all of it: the side that holds a strict majority
 * of the registry goes on and removes the others; everybody else turns read-only and removes
 * nobody.
 */
package dev.mesh.protocols.partition;
