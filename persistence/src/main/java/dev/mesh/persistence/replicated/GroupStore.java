package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.concurrent.CompletionStage;

/**
 * One group's state in the peer's store: what a {@link StateMachine} is made of. An entry's changes
 * and its index are one batch; the state is replaced as a whole by a snapshot that was staged
 * beside it. Used by the machine's thread, but for {@link #view} and the snapshot readers, which
 * any thread may use.
 */
public final class GroupStore {
  private final Store store;
  private final GroupId group;
  private final int format;
  private final OrderedWrites writes;
  private long appliedIndex;
  private GroupPointer pointer;

  private GroupStore(Store store, GroupId group, int format, long maxUnwrittenBytes) {
    this.store = store;
    this.group = group;
    this.format = format;
    this.writes =
        new OrderedWrites(
            (batch, completion) -> store.write(batch, Durability.ORDERED, completion),
            maxUnwrittenBytes);
    this.pointer = GroupPointer.read(store, group);
    this.appliedIndex = GroupView.appliedIndex(store, group, pointer.generation());
  }

  /**
   * Opens the group's state, which is empty at first, and clears away what an installation that was
   * broken off has left.
   *
   * @param format version of the machine's values that this program writes; it reads it and older
   *     ones
   * @param maxUnwrittenBytes of changes after which {@link #writable} waits
   */
  public static GroupStore open(Store store, GroupId group, int format, long maxUnwrittenBytes) {
    GroupStore opened = new GroupStore(store, group, format, maxUnwrittenBytes);
    opened.dropStaged();
    return opened;
  }

  public long appliedIndex() {
    return appliedIndex;
  }

  public Bytes label() {
    return pointer.label();
  }

  /** Changes to be filled for {@link #commit}. */
  public GroupChanges changes() {
    return new GroupChanges(group, pointer.generation(), format);
  }

  /**
   * Queues an entry's changes.
   *
   * @return a number that {@link #written} reaches once they are readable
   */
  public long commit(long index, GroupChanges changes) {
    if (index != appliedIndex + 1) {
      throw new IllegalStateException(
          "entry " + index + " of " + group + " comes after entry " + appliedIndex);
    }
    Batch batch = changes.batch();
    batch.put(
        Space.MACHINE,
        GroupKeys.applied(group, pointer.generation()),
        Records.seal(GroupPointer.FORMAT, Records.begin(Long.BYTES).putLong(index)));
    long number = writes.submit(batch);
    appliedIndex = index;
    return number;
  }

  /** The last commit that is readable. Any thread may ask. */
  public long written() {
    return writes.written();
  }

  /** Completes on the store's thread when all that was committed is readable. */
  public CompletionStage<Void> barrier() {
    return writes.barrier();
  }

  /** Completes on the store's thread when no more than the bound is unwritten. */
  public CompletionStage<Void> writable() {
    return writes.writable();
  }

  /** The newest readable value of a key, or null. Commits that are not yet written do not show. */
  public Bytes get(byte[] key) {
    byte[] full = GroupKeys.key(group, pointer.generation(), key);
    byte[] record = store.get(Space.MACHINE, full);
    return record == null ? null : GroupView.open(store, format, full, record);
  }

  /** What is readable now, frozen. */
  public GroupView view() {
    return new GroupView(store.view(), group, format);
  }

  public SnapshotReader openSnapshot() {
    return new GroupSnapshotReader(view(), format);
  }

  public SnapshotWriter beginInstall() {
    dropStaged();
    return new GroupSnapshotWriter(this, format);
  }

  // ---- for the snapshot writer

  void stage(byte[] ownKey, byte[] record, Batch batch) {
    batch.put(Space.MACHINE, GroupKeys.key(group, pointer.generation() + 1, ownKey), record);
  }

  CompletionStage<Void> writeStaged(Batch batch) {
    return store.write(batch, Durability.ORDERED);
  }

  void dropStaged() {
    writes.submit(
        new Batch()
            .deleteRange(
                Space.MACHINE,
                GroupKeys.start(group, pointer.generation() + 1),
                GroupKeys.end(group))
            .deleteRange(
                Space.MACHINE,
                GroupKeys.start(group, 1),
                GroupKeys.start(group, pointer.generation())));
  }

  /** Makes the staged generation the one that counts and deletes the one before. */
  CompletionStage<Long> switchToStaged(long index, Bytes label) {
    GroupPointer next = new GroupPointer(pointer.generation() + 1, label);
    Batch batch = new Batch();
    next.write(group, batch);
    batch.deleteRange(
        Space.MACHINE,
        GroupKeys.start(group, pointer.generation()),
        GroupKeys.start(group, next.generation()));
    return store
        .write(batch, Durability.SYNCED)
        .thenApply(
            done -> {
              pointer = next;
              appliedIndex = index;
              return index;
            });
  }
}
