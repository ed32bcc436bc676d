/**
 * One peer, as actors: {@link dev.mesh.peer.PeerGuardian} and below it one thin actor for each
 * protocol. An actor turns messages into inputs of its core and the core's effects into Pekko
 * calls; the rules are in {@code dev.mesh.protocols}.
 */
package dev.mesh.peer;
