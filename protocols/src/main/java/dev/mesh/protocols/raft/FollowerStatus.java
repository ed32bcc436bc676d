package dev.mesh.protocols.raft;

/**
 * How far a follower is, as its leader knows it.
 *
 * @param match the follower holds the leader's log on disk up to here
 * @param next the next entry to send to it
 * @param heard whether it has answered lately: within the last one or two election time-outs
 * @param caughtUp whether it keeps up with the log; a learner that does may be made a voter
 */
public record FollowerStatus(long match, long next, boolean heard, boolean caughtUp) {}
