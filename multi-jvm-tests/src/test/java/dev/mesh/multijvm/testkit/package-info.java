/**
 * What tests with several JVMs stand on. Begin with {@link dev.mesh.multijvm.testkit.PeerProcess}
 * for real peers and real signals, and with {@link dev.mesh.multijvm.testkit.MultiNodeRun} for the
 * multi-node testkit, which can cut the links between actor systems.
 */
package dev.mesh.multijvm.testkit;
