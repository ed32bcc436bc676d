/**
 * Raft (Ongaro and Ousterhout 2014; Ongaro's thesis 2014), whole. A "§" without "thesis" is a
 * section of the paper.
 *
 * <p>Begin with {@link dev.mesh.protocols.raft.Raft}: inputs go in by {@code step}, effects come
 * out of {@code flush}, and its Javadoc says which class holds which rule. What a host does:
 *
 * <ol>
 *   <li>folds the records on disk with {@link dev.mesh.protocols.raft.Recovery}, says where its
 *       state machine stands, and starts the core;
 *   <li>turns messages, timers, proposals and the answers of disk and machine into {@link
 *       dev.mesh.protocols.raft.Input}s, and steps the core with all that has gathered;
 *   <li>flushes, and carries out the {@link dev.mesh.protocols.raft.Effect}s in order.
 * </ol>
 *
 * <p>The tests hold transcripts of elections, conflicts and snapshots that can be read like the
 * paper's figures.
 */
package dev.mesh.protocols.raft;
