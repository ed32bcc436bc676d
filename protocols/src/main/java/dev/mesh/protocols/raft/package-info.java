/**
 * Raft (Ongaro and Ousterhout 2014; Ongaro's thesis 2014), whole. A "§" without "thesis" is a
 * section of the paper.
 *
 * <p>Begin with {@link dev.mesh.protocols.raft.Raft}: inputs go in by {@code step}, effects come
 * out of {@code flush}. The rules are one class each.
 */
package dev.mesh.protocols.raft;
