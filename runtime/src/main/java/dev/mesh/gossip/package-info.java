/**
 * What an application tells the whole mesh by gossip, and hears: begin with {@link
 * dev.mesh.gossip.MeshGossip}.
 */
package dev.mesh.gossip;
