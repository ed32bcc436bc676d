package dev.mesh.task;

import dev.mesh.persistence.serialization.CborEvent;
import java.util.List;

/**
 * A ledger's state at one moment, as it is stored.
 *
 * @param taken how many tasks the ledger ever took
 * @param lastToken the largest fencing token given
 * @param tasks all that are kept, in the order of their ids
 * @param forgotten ids of ended tasks that are no longer kept, oldest first
 */
record LedgerSnapshot(long taken, long lastToken, List<TaskRecord> tasks, List<String> forgotten)
    implements CborEvent {}
