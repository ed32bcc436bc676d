package dev.mesh.task;

import java.util.Set;

/**
 * What a peer's work queue looks like at one moment.
 *
 * @param kinds the kinds of tasks that the peer has handlers for
 * @param slots handlers that may run at once
 * @param running handlers that run
 * @param waiting tasks that wait for a slot
 * @param room tasks that the peer would take now
 * @param succeeded tries that gave a result since the peer started
 * @param failed tries that did not
 */
public record WorkLoad(
    Set<String> kinds,
    int slots,
    int running,
    int waiting,
    int room,
    long succeeded,
    long failed) {}
