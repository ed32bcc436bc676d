package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.raft.Recovery;
import java.util.List;
import java.util.function.Consumer;

/**
 * Checks one group's log in a store that nobody writes: each record for itself, so that all damage
 * is found and not just the first, and then the log as a whole, read just as the peer does when it
 * starts. For one thread; use it once.
 */
public final class LogCheck {
  private final StoreReader store;
  private final LogFrames frames;
  private final Consumer<String> problem;
  private boolean whole = true;
  private long next;
  private long batches;
  private long bytes;

  /**
   * @param problem told what does not fit, in words
   */
  public LogCheck(StoreReader store, MeshId mesh, GroupId group, Consumer<String> problem) {
    this.store = store;
    this.frames = new LogFrames(mesh, group);
    this.problem = problem;
  }

  /** The groups that have a log in a store, in order. */
  public static List<GroupId> groups(StoreReader store) {
    return LogFrames.groups(store);
  }

  /**
   * Does all checks.
   *
   * @param fold given the records up to the first that does not fit
   * @return whether the peer could read this log
   */
  public boolean run(Recovery fold) {
    attempt(this::readEachBatch);
    attempt(() -> fold(fold));
    return whole;
  }

  /** How many writes hold the log. */
  public long batches() {
    return batches;
  }

  /** Bytes of the log, before compression. */
  public long bytes() {
    return bytes;
  }

  private void readEachBatch() {
    next = frames.readHead(store).first();
    store.scan(Space.LOGS, frames.batchKey(0), frames.endKey(), this::batch);
  }

  private boolean batch(byte[] key, byte[] record) {
    long number = LogFrames.number(key);
    if (number > next) {
      tell("the log has a gap: batches %d to %d are missing".formatted(next, number - 1));
    } else if (number < next) {
      tell("batch " + number + " is there, though the log begins with batch " + next);
    }
    next = Math.max(next, number + 1);
    batches++;
    bytes += record.length;
    attempt(() -> frames.readBatch(record, store, key));
    return true;
  }

  /** A record that stops it was told already, unless all of them are readable. */
  private void fold(Recovery fold) {
    try {
      LogFrames.Head head = frames.readHead(store);
      new LogReading(store, frames, head, (number, records) -> {}, fold::add).run();
    } catch (StoreException e) {
      if (whole) {
        throw e;
      }
    }
  }

  /** Whatever a record does to its reader is what is wrong with it. */
  private void attempt(Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException e) {
      tell(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void tell(String what) {
    whole = false;
    problem.accept(what);
  }
}
