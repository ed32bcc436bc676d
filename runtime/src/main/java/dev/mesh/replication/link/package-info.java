/**
 * The stream between replicas: one event loop runs this peer's replicas and their sockets, so that
 * a message that comes in is handled, and its answer written, without waking another thread. Begin
 * with {@link dev.mesh.replication.link.Links}; {@link
 * dev.mesh.replication.link.EventLoopConfigurator} makes the loop a dispatcher for actors.
 */
package dev.mesh.replication.link;
