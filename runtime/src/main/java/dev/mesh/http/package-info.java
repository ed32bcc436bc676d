/**
 * A peer over HTTP: the routes below {@code /v1}. This edge translates between JSON and the mesh
 * and holds no rule of its own. Begin with {@link dev.mesh.http.MeshRoutes}; {@link
 * dev.mesh.http.MeshApi} is all that it needs from the peer.
 */
package dev.mesh.http;
