package dev.mesh.persistence.replicated.heap;

import dev.mesh.persistence.replicated.GroupSnapshotWriter;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.StagedState;
import dev.mesh.protocols.Bytes;
import java.util.List;

/**
 * Stores a state part by part, the next when the last is written, and then puts it in the place of
 * the one before. A save that the store refuses is given up; the next one begins anew. Thread-safe:
 * saves go on at the store's threads.
 */
final class StateSaver {
  /** A save under way. */
  private static final class Save {
    final long index;
    final List<Bytes> parts;
    final StagedState staged;
    int next;

    Save(long index, List<Bytes> parts, StagedState staged) {
      this.index = index;
      this.parts = parts;
      this.staged = staged;
    }
  }

  private final GroupStore store;
  private volatile long storedIndex;
  private Save underWay; // null while none; under the lock of this object, like all of the store
  private GroupSnapshotWriter installation; // null while none; under the lock

  StateSaver(GroupStore store) {
    this.store = store;
    this.storedIndex = store.appliedIndex();
  }

  long storedIndex() {
    return storedIndex;
  }

  /** Whether no save is under way and no complete installation waits to be finished. */
  synchronized boolean canSave() {
    return underWay == null && (installation == null || !installation.isComplete());
  }

  /** Begins to store the state at {@code index}; an installation that is not complete is lost. */
  synchronized void save(long index, List<Bytes> parts) {
    installation = null;
    Save save = new Save(index, parts, store.beginReplacement());
    underWay = save;
    save.staged
        .put(StatePart.countKey(), StatePart.count(parts.size()))
        .whenComplete((written, failure) -> goOn(save, failure));
  }

  private synchronized void goOn(Save save, Throwable failure) {
    if (save != underWay) {
      return; // an installation has taken its place
    }
    if (failure != null) {
      underWay = null;
    } else if (save.next < save.parts.size()) {
      int number = save.next++;
      save.staged
          .put(StatePart.key(number), save.parts.get(number))
          .whenComplete((written, failed) -> goOn(save, failed));
    } else {
      save.staged.finish(save.index).whenComplete((index, failed) -> end(save, failed));
    }
  }

  private synchronized void end(Save save, Throwable failure) {
    if (save == underWay) {
      underWay = null;
      if (failure == null) {
        storedIndex = save.index;
      }
    }
  }

  /** Of the state that was stored last. */
  SnapshotReader openSnapshot() {
    return store.openSnapshot();
  }

  /** An installation takes the place of the save under way. */
  synchronized GroupSnapshotWriter beginInstall() {
    underWay = null;
    installation = store.beginInstall();
    return installation;
  }

  /** Refuses what is meant for an installation whose place a save has taken. */
  synchronized void check(SnapshotWriter writer) {
    if (writer != installation) {
      throw new SnapshotWriter.SnapshotDamagedException(
          "this replica has stored its own state meanwhile; send the snapshot anew");
    }
  }

  synchronized void installed(long index) {
    installation = null;
    storedIndex = index;
  }
}
