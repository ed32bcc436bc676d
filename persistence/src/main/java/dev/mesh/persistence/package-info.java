/**
 * What peers remember. {@code local} is the peer's one store on disk with an ordinary Pekko
 * Persistence journal and snapshot store on it; {@code raftlog} keeps the logs of replication
 * groups in the same store; {@code replicated} is a journal and snapshot store that a group of
 * peers keeps together; {@code serialization} says how messages and events are written. {@link
 * dev.mesh.persistence.Checked} reads everybody's settings.
 */
package dev.mesh.persistence;
