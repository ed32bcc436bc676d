/**
 * What peers say and decide. Every protocol here is a pure state machine: an input (a message, a
 * timer that fired, a client's request, the news that something is on disk) goes in and a list of
 * effects comes out. Nothing in this module reads a clock, draws its own randomness, starts a
 * thread or does I/O; {@code PurityTest} holds that.
 *
 * <p>Begin with {@link dev.mesh.protocols.PeerId} and {@link dev.mesh.protocols.Draws}, then read
 * the package of the protocol you came for: its {@code package-info} names the core's entry point.
 */
package dev.mesh.protocols;
