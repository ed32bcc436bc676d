/**
 * How what peers know of each other, and what applications tell all of them, spreads.
 *
 * <ul>
 *   <li>{@link dev.mesh.protocols.gossip.Gossip} pushes news as rumours and compares states by hash
 *       trees ({@link dev.mesh.protocols.gossip.HashTree}), so that all come to hold the newest
 *       {@link dev.mesh.protocols.gossip.PeerFacts} of everybody and the newest {@link
 *       dev.mesh.protocols.gossip.AppEntry} under each key.
 *   <li>{@link dev.mesh.protocols.gossip.Aggregation} finds mean, sum, count and extremes of values
 *       over the mesh.
 *   <li>{@code simulation} runs whole meshes of both.
 * </ul>
 */
package dev.mesh.protocols.gossip;
