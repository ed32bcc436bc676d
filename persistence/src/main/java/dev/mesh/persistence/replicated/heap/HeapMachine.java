package dev.mesh.persistence.replicated.heap;

import com.typesafe.config.Config;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A group whose state is in memory, in an application's {@link ReplicatedMachine}. Applying a
 * command writes nothing: the state is stored as a whole when the host's log has become long, and
 * at a restart the log repeats what came after. Other replicas are sent the state that was stored
 * last; the log, which is never compacted beyond it, gives them the rest.
 */
public final class HeapMachine implements StateMachine {
  private static final CompletionStage<Void> READY = CompletableFuture.completedStage(null);

  private final ReplicatedMachine machine;
  private final GroupStore store;
  private final StateSaver saver;
  private final Executor reads;
  private final int partBytes;
  private long appliedIndex;
  private boolean broken;

  /** Bytes of commands applied since the state was last handed to be stored, and of that state. */
  private long appliedBytes;

  private long stateBytes;

  /** The machine's state is being replaced, by another thread. */
  private volatile boolean installing;

  private HeapMachine(ReplicatedMachine machine, GroupStore store, Executor reads, int partBytes) {
    this.machine = machine;
    this.store = store;
    this.saver = new StateSaver(store);
    this.reads = reads;
    this.partBytes = partBytes;
  }

  /**
   * Opens the group: gives {@code machine}, which is new, the state that was stored last, if any.
   * Reads the disk.
   *
   * @param reads where the state of another replica is read into the machine
   * @param application its {@code mesh.persistence.replicated.machine} is read
   * @throws UncheckedIOException if the machine cannot read what is stored
   */
  public static HeapMachine open(
      Store store, GroupId group, ReplicatedMachine machine, Executor reads, Config application) {
    ReplicatedSettings.Machine settings = ReplicatedSettings.Machine.of(application);
    GroupStore opened =
        GroupStore.open(store, group, StatePart.FORMAT, settings.maxUnwrittenBytes());
    HeapMachine hosted = new HeapMachine(machine, opened, reads, settings.partBytes());
    hosted.load();
    return hosted;
  }

  @Override
  public long appliedIndex() {
    return appliedIndex;
  }

  @Override
  public long storedIndex() {
    return saver.storedIndex();
  }

  @Override
  public Bytes label() {
    return store.label();
  }

  @Override
  public List<Bytes> apply(long index, List<Bytes> commands) {
    checkFollows(index);
    broken = true; // until the whole entry is done: half of one must never be stored
    List<Bytes> answers = new ArrayList<>(commands.size());
    for (Bytes command : commands) {
      answers.add(machine.apply(command));
      appliedBytes += command.length();
    }
    broken = false;
    appliedIndex = index;
    return answers;
  }

  @Override
  public void advance(long index) {
    checkFollows(index);
    appliedIndex = index;
  }

  private void checkFollows(long index) {
    if (broken) {
      throw new IllegalStateException("an earlier entry could not be applied, so none may follow");
    }
    if (index != appliedIndex + 1) {
      throw new IllegalStateException("entry " + index + " comes after entry " + appliedIndex);
    }
  }

  @Override
  public CompletionStage<Void> writable() {
    return READY;
  }

  /** Answers with a {@link QueryAnswer}. */
  @Override
  public CompletionStage<Bytes> query(Bytes query) {
    if (installing) {
      return CompletableFuture.failedStage(
          new IllegalStateException("this replica is taking over the state of another"));
    }
    return CompletableFuture.completedStage(QueryAnswer.of(machine, query));
  }

  /**
   * Writes the state, on the caller's thread, into memory; from there it goes to the store. Not
   * before as much was applied as the state is large, so that a large one is not written over and
   * over, unless it is pressing: the log grows as long as that.
   */
  @Override
  public void logIsLong(boolean pressing) {
    boolean worthIt = pressing || appliedBytes >= stateBytes;
    if (!worthIt || appliedIndex == saver.storedIndex() || !saver.canSave()) {
      return;
    }
    PartsOutput out = new PartsOutput(partBytes);
    try (out) {
      machine.writeSnapshot(out);
    } catch (IOException e) {
      throw new UncheckedIOException("the machine cannot write its state: " + e.getMessage(), e);
    }
    stateBytes = out.parts().stream().mapToLong(Bytes::length).sum();
    appliedBytes = 0;
    saver.save(appliedIndex, out.parts());
  }

  @Override
  public SnapshotReader openSnapshot() {
    return saver.openSnapshot();
  }

  @Override
  public SnapshotWriter beginInstall() {
    return new Install(saver.beginInstall());
  }

  private void load() {
    long index = store.appliedIndex();
    if (index > 0) {
      try (PartsInput in = new PartsInput(store.view())) {
        machine.readSnapshot(in);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the machine cannot read the state stored at entry "
                + index
                + ": "
                + e.getMessage()
                + "; run the version of the application that wrote it",
            e);
      }
    }
    appliedIndex = index;
  }

  /** After the installation the machine has the state that was installed. */
  private final class Install implements SnapshotWriter {
    private final SnapshotWriter staged;

    Install(SnapshotWriter staged) {
      this.staged = staged;
    }

    @Override
    public long nextOffset() {
      return staged.nextOffset();
    }

    @Override
    public CompletionStage<Void> write(long offset, Bytes chunk) {
      saver.check(staged);
      return staged.write(offset, chunk);
    }

    @Override
    public CompletionStage<Long> finish(Bytes label) {
      saver.check(staged);
      CompletionStage<Long> switched = staged.finish(label);
      installing = true;
      return switched.thenApplyAsync(
          index -> {
            load();
            saver.installed(index);
            installing = false;
            return index;
          },
          reads);
    }

    @Override
    public void abort() {
      staged.abort();
    }
  }
}
