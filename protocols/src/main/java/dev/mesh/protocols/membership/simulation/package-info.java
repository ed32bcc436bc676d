/**
 * Thousands of failure detectors, or of overlays, on one thread, in virtual time, and what they do
 * measured: for tests and for {@code mesh bench gossip}. All that is random is drawn from one
 * source, so that a seed decides a run.
 *
 * <ul>
 *   <li>{@link dev.mesh.protocols.membership.simulation.DetectionSimulation}: the peers and what
 *       befalls them.
 *   <li>{@link dev.mesh.protocols.membership.simulation.DetectionFigures}: how soon failures are
 *       found, how often wrongly, and what it costs.
 *   <li>{@link dev.mesh.protocols.membership.simulation.OverlaySimulation} and {@link
 *       dev.mesh.protocols.membership.simulation.OverlayFigures}: how overlays hold together.
 * </ul>
 */
package dev.mesh.protocols.membership.simulation;
