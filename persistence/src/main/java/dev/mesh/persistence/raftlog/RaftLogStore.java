package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.raft.LogRecord;
import java.util.List;
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
    return store.lastKey(Space.LOGS, frames.batchKey(0), end(frames)) != null;
  }

  /**
   * Reads a group's log, in order, and returns the writer that continues it. Blocks while reading.
   *
   * @param fold shown every record; what it throws ends the reading
   * @throws StoreException if the log has a gap, is damaged, or is of another mesh
   */
  public LogWriter open(GroupId group, Consumer<LogRecord> fold) {
    LogFrames frames = new LogFrames(mesh, group);
    byte[] record = store.get(Space.LOGS, frames.headKey());
    LogFrames.Head head = record == null ? LogFrames.Head.WHOLE : frames.readHead(record, store);
    GroupLog log = new GroupLog(store, frames, head.first());
    Reading reading = new Reading(frames, group, log, fold, head);
    store.scan(Space.LOGS, frames.batchKey(0), end(frames), reading::batch);
    reading.end();
    return log;
  }

  private static byte[] end(LogFrames frames) {
    return frames.batchKey(-1); // the largest, as keys are compared unsigned
  }

  /** Checks that batches follow one another, and passes their records on. */
  private final class Reading {
    private final LogFrames frames;
    private final GroupId group;
    private final GroupLog log;
    private final Consumer<LogRecord> fold;
    private final LogFrames.Head head;
    private long expected;

    /** What came before was dropped, and nothing that counts has been seen yet. */
    private boolean atFront;

    Reading(
        LogFrames frames,
        GroupId group,
        GroupLog log,
        Consumer<LogRecord> fold,
        LogFrames.Head head) {
      this.frames = frames;
      this.group = group;
      this.log = log;
      this.fold = fold;
      this.head = head;
      this.expected = head.first();
      this.atFront = head.first() > 1;
    }

    boolean batch(byte[] key, byte[] record) {
      long number = LogFrames.number(key);
      if (number != expected) {
        throw gap("batch " + number + " is there instead");
      }
      expected++;
      List<LogRecord> records = frames.readBatch(record, store, key);
      log.recovered(number, records);
      records.forEach(this::show);
      return true;
    }

    /**
     * Passes a record on. The front batch may begin with records that belong to what was dropped;
     * the log begins with an entry after the mark, or with the mark.
     */
    private void show(LogRecord record) {
      if (atFront) {
        boolean begins =
            GroupLog.lastIndex(record) > head.mark()
                || GroupLog.mark(record).filter(it -> it.index() == head.mark()).isPresent();
        if (!begins) {
          return;
        }
        atFront = false;
      }
      fold.accept(record);
    }

    void end() {
      if (atFront) {
        throw gap("nothing is there");
      }
    }

    private StoreException gap(String found) {
      return new StoreException(
          "the Raft log of %s in %s has a gap: batch %d is missing and %s. This peer must not take part: restore its folder, or remove it and let it join anew"
              .formatted(group, store.folder(), expected, found));
    }
  }
}
