/**
 * What every simulation of a protocol shares: virtual time, a network that loses, delays, doubles
 * and reorders, and the running of many seeds. Begin with {@link dev.mesh.protocols.sim.Seeds}.
 */
package dev.mesh.protocols.sim;
