package dev.mesh.replication.meta;

/**
 * A peer that is a member of the cluster, as this peer sees it.
 *
 * @param address {@code host:port} of its remoting
 */
public record ClusterMember(String address, String zone, boolean reachable) {}
