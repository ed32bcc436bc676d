/**
 * What a group of peers keeps together. Two seams and what stands between them:
 *
 * <ul>
 *   <li>{@link dev.mesh.persistence.replicated.ReplicatedLog}: how a peer asks a group for
 *       something. The runtime implements it over Raft and registers it with {@link
 *       dev.mesh.persistence.replicated.ReplicatedLogs}.
 *   <li>{@link dev.mesh.persistence.replicated.StateMachine}: what a group replicates. The
 *       runtime's Raft host feeds it committed commands. {@link
 *       dev.mesh.persistence.replicated.GroupStore} keeps a machine's state in the peer's store,
 *       with its snapshots.
 * </ul>
 *
 * A group that shares in the slices keeps several states side by side, as the {@link
 * dev.mesh.persistence.replicated.MachinePart}s of one {@link
 * dev.mesh.persistence.replicated.CompositeMachine}: the journal, with the Pekko Persistence
 * plugins that use it, is in {@code journal}, the shared memory in {@code memory}; commands that
 * must not be applied twice come through a {@link dev.mesh.persistence.replicated.SessionedLog}. An
 * application's own {@link dev.mesh.persistence.replicated.ReplicatedMachine} is hosted by {@code
 * heap}. Group 0 keeps the directory of the mesh, in {@code meta}. Begin with {@code StateMachine}.
 */
package dev.mesh.persistence.replicated;
