/**
 * A living peer. Begin with {@link dev.mesh.Mesh}, the extension that an application embeds, and
 * {@link dev.mesh.MeshSettings}, all that can be set. {@code dev.mesh.peer} holds the actor tree,
 * {@code dev.mesh.replication} the groups, {@code dev.mesh.task} the work, {@code dev.mesh.node}
 * the process of a launched peer; {@code dev.mesh.http} and {@code dev.mesh.cli} are its edges.
 */
package dev.mesh;
