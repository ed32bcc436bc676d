/**
 * A small application that replicates a state machine of its own: {@link
 * dev.mesh.multijvm.tally.TallyMachine} counts commands, {@link dev.mesh.multijvm.tally.Tally}
 * hosts and serves it, {@code tally.conf} configures it. It uses nothing of the other tests.
 */
package dev.mesh.multijvm.tally;
