/**
 * Who belongs to the mesh and who is there. Five cores, each of which can be read alone:
 *
 * <ul>
 *   <li>{@link dev.mesh.protocols.membership.Bootstrap}: how N peers become the founders of one
 *       mesh, by a promise on disk.
 *   <li>{@link dev.mesh.protocols.membership.Discovery}: hellos to contacts, and how a peer of a
 *       mesh enters the cluster without ever starting a second one.
 *   <li>{@link dev.mesh.protocols.membership.FailureDetector}: pings, suspicion, confirmation by
 *       quorum and refutation; {@link dev.mesh.protocols.membership.WatchRings} say who watches
 *       whom.
 *   <li>{@link dev.mesh.protocols.membership.Overlay}: the few neighbours that a peer keeps
 *       connections to, so that the whole stays connected.
 *   <li>{@link dev.mesh.protocols.membership.Reputation}: what a peer thinks of the others, by what
 *       it and other witnesses have seen.
 * </ul>
 */
package dev.mesh.protocols.membership;
