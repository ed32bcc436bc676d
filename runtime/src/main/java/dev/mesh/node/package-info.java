/**
 * The process of a launched peer. {@link dev.mesh.node.MeshNode} owns the store, the HTTP server
 * and the clustered actor system, which it can end and replace while the process and the other two
 * live on.
 */
package dev.mesh.node;
