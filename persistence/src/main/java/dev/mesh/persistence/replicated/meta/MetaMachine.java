package dev.mesh.persistence.replicated.meta;

import com.typesafe.config.Config;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.GroupChanges;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.placement.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What group 0 replicates: the {@link Directory} of the mesh, held in memory and stored as one
 * value. What each {@link MetaCommand} does to it is in {@link DirectoryRules}; a {@link MetaQuery}
 * asks for it.
 */
public final class MetaMachine implements StateMachine {
  /** The format of the value that this version stores; it reads no older one. */
  static final int FORMAT = 1;

  private static final byte[] DIRECTORY = {1};

  private final GroupStore store;
  private final Consumer<Directory> changed;
  private volatile Directory directory;
  private boolean broken;

  private MetaMachine(GroupStore store, Consumer<Directory> changed) {
    this.store = store;
    this.changed = changed;
    this.directory = stored();
  }

  /**
   * Opens the directory, empty at first.
   *
   * @param changed told of every change: on the machine's thread, or, when a snapshot was
   *     installed, on the store's; it must not wait
   * @param application its {@code mesh.persistence.replicated.machine} is read
   */
  public static MetaMachine open(Store store, Consumer<Directory> changed, Config application) {
    long maxUnwritten = ReplicatedSettings.Machine.of(application).maxUnwrittenBytes();
    return new MetaMachine(GroupStore.open(store, GroupId.META, FORMAT, maxUnwritten), changed);
  }

  /** The directory after all that was applied; of version 0 before the mesh is founded. */
  public Directory directory() {
    return directory;
  }

  @Override
  public long appliedIndex() {
    return store.appliedIndex();
  }

  @Override
  public Bytes label() {
    return store.label();
  }

  @Override
  public List<Bytes> apply(long index, List<Bytes> commands) {
    if (broken) {
      throw new IllegalStateException("an earlier entry could not be applied, so none may follow");
    }
    broken = true; // until the whole entry is done: half of one must never be stored
    Directory next = directory;
    List<Bytes> answers = new ArrayList<>(commands.size());
    for (Bytes command : commands) {
      DirectoryRules.Outcome outcome = apply(command, next);
      next = outcome.directory();
      answers.add(outcome.answer().encode());
    }
    commit(index, next);
    broken = false;
    return answers;
  }

  private static DirectoryRules.Outcome apply(Bytes command, Directory now) {
    try {
      return DirectoryRules.apply(MetaCommand.decode(command), now);
    } catch (MalformedException e) {
      return new DirectoryRules.Outcome(
          now,
          new MetaAnswer(
              now.version(),
              Optional.empty(),
              Optional.of("the command is damaged: " + e.getMessage())));
    }
  }

  private void commit(long index, Directory next) {
    GroupChanges changes = store.changes();
    boolean isNew = next.version() > directory.version();
    if (isNew) {
      changes.put(DIRECTORY, next.toBytes());
    }
    store.commit(index, changes);
    if (isNew) {
      directory = next;
      changed.accept(next);
    }
  }

  @Override
  public void advance(long index) {
    store.commit(index, store.changes());
  }

  @Override
  public CompletionStage<Void> writable() {
    return store.writable();
  }

  @Override
  public CompletionStage<Bytes> query(Bytes query) {
    Directory now = directory;
    return store.barrier().thenApply(written -> MetaQuery.decode(query).answer(now));
  }

  @Override
  public SnapshotReader openSnapshot() {
    return store.openSnapshot();
  }

  @Override
  public SnapshotWriter beginInstall() {
    return new Install(store.beginInstall());
  }

  private Directory stored() {
    Bytes value = store.get(DIRECTORY);
    return value == null ? Directory.EMPTY : Directory.fromBytes(value);
  }

  private void installed() {
    directory = stored();
    changed.accept(directory);
  }

  /** An installation after which the directory is read anew. */
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
      return staged.write(offset, chunk);
    }

    @Override
    public CompletionStage<Long> finish(Bytes label) {
      return staged
          .finish(label)
          .thenApply(
              index -> {
                installed();
                return index;
              });
    }

    @Override
    public void abort() {
      staged.abort();
    }
  }
}
