/**
 * The Raft logs of this peer's groups, as events in its one store. Begin with {@link
 * dev.mesh.persistence.raftlog.RaftLogStore}, which reads a group's log back at start and hands out
 * its {@link dev.mesh.persistence.raftlog.LogWriter}. {@link dev.mesh.persistence.raftlog.LogCheck}
 * looks for what does not fit.
 */
package dev.mesh.persistence.raftlog;
