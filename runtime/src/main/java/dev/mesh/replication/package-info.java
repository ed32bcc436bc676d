/**
 * Replication groups as actors. {@link dev.mesh.replication.Replication} recovers the groups that
 * this peer holds and runs a {@link dev.mesh.replication.RaftGroup} for each, the host of a Raft
 * core; a {@link dev.mesh.replication.GroupRouter} is the way to a group, wherever its leader is.
 * {@link dev.mesh.replication.GroupCall} is what they say to one another. Which peer holds what is
 * in the directory, whose copy here {@link dev.mesh.replication.DirectoryActor} keeps the newest
 * there is; {@link dev.mesh.replication.LeaderCalls} changes the members of any group.
 */
package dev.mesh.replication;
