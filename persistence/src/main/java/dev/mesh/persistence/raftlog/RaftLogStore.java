package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.raft.LogRecord;
import java.util.function.Consumer;

/**
 * The Raft logs of this peer's groups in its store: each {@code Persist} of a core is one event,
 * and a log is recovered by folding its events. Events are appended straight to the store, not
 * through a persistent actor, so that a group may have many writes under way.
 *
 * <p>What a compaction or a snapshot made superfluous is dropped once the record that says so is
 * synced (see {@link LogRecord} for what may be dropped). Thread-safe; a group's writer is not, and
 * must be the only one.
 */
public final class RaftLogStore {
  private final Store store;
  private final MeshId mesh;

  /** A store of logs of {@code mesh}; those of another mesh are refused. */
  public RaftLogStore(Store store, MeshId mesh) {
    this.store = store;
    this.mesh = mesh;
  }

  /** Whether anything of this group is on disk. */
  public boolean holds(GroupId group) {
    LogFrames frames = new LogFrames(mesh, group);
    return store.lastKey(Space.LOGS, frames.batchKey(0), frames.endKey()) != null;
  }

  /** Adds the deletion of the group's log, which nobody has open, to {@code batch}. */
  public void erase(GroupId group, Batch batch) {
    LogFrames frames = new LogFrames(mesh, group);
    batch
        .delete(Space.LOGS, frames.headKey())
        .deleteRange(Space.LOGS, frames.batchKey(0), frames.endKey());
  }

  /**
   * Reads a group's log, in order, and returns the writer that continues it. Blocks while reading.
   *
   * @param fold shown every record; what it throws ends the reading
   * @throws StoreException if the log has a gap, is damaged, or is of another mesh
   */
  public LogWriter open(GroupId group, Consumer<LogRecord> fold) {
    LogFrames frames = new LogFrames(mesh, group);
    LogFrames.Head head = frames.readHead(store);
    GroupLog log = new GroupLog(store, frames, head.first());
    new LogReading(store, frames, head, log::recovered, fold).run();
    return log;
  }
}
