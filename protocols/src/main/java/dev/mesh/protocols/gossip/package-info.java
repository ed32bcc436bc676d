/**
 * How what peers know of each other spreads: {@link dev.mesh.protocols.gossip.Gossip} pushes news
 * as rumours and compares digests, so that all come to hold the newest {@link
 * dev.mesh.protocols.gossip.PeerFacts} of everybody.
 */
package dev.mesh.protocols.gossip;
