package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Completion;
import dev.mesh.protocols.raft.LogRecord;
import java.util.List;

/** Puts what a Raft core wants to persist on disk, in order. For one thread at a time. */
@FunctionalInterface
public interface LogWriter {
  /**
   * Queues a batch behind all earlier ones.
   *
   * @param batch the core's number for it: one more than the last, from 1 when the log was opened
   * @param done told that the batch is synced, on the store's writer thread. After a failure this
   *     writer takes nothing more: stop the core and open the log again
   */
  void append(long batch, List<LogRecord> records, Completion done);
}
