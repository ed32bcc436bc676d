/**
 * Whole meshes on one thread, from one seed: what the protocols cost and how fast they are at sizes
 * that no machine runs. {@code mesh bench} prints it, tests hold it to its promises. The peers are
 * the real cores; only the network between them is simulated.
 */
package dev.mesh.protocols.gossip.simulation;
