/**
 * State machines of an application's own, replicated by Raft. The application writes a {@link
 * dev.mesh.persistence.replicated.ReplicatedMachine} and has {@code Mesh.replicate} host it; {@link
 * dev.mesh.replicated.Replicated} is its way to the group. Begin there.
 */
package dev.mesh.replicated;
