package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.ByteBuffer;
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

  /** Adds the deletion of the group's state, which nobody has open, to {@code batch}. */
  public static void erase(GroupId group, Batch batch) {
    batch.deleteRange(Space.MACHINE, GroupKeys.pointer(group), GroupKeys.end(group));
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
    batch.put(Space.MACHINE, GroupKeys.applied(group, pointer.generation()), standing(index));
    long number = writes.submit(batch);
    appliedIndex = index;
    return number;
  }

  private static byte[] standing(long index) {
    return Records.seal(GroupPointer.FORMAT, Records.begin(Long.BYTES).putLong(index));
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

  public GroupSnapshotWriter beginInstall() {
    dropStaged();
    return new GroupSnapshotWriter(this, format);
  }

  /** Begins a new state of this replica's own; one that was begun before is dropped. */
  public StagedState beginReplacement() {
    return new StagedState(this);
  }

  // ---- for what is staged

  void stage(byte[] ownKey, byte[] record, Batch batch) {
    batch.put(Space.MACHINE, GroupKeys.key(group, pointer.generation() + 1, ownKey), record);
  }

  void stage(byte[] ownKey, Bytes value, Batch batch) {
    ByteBuffer record = Records.begin(value.length());
    value.copyTo(record);
    stage(ownKey, Records.seal(format, record), batch);
  }

  CompletionStage<Void> writeStaged(Batch batch) {
    return store.write(batch, Durability.ORDERED);
  }

  void dropStaged() {
    writes.submit(withoutStaged());
  }

  /** A batch that begins by deleting all but the generation that counts. */
  Batch withoutStaged() {
    return new Batch()
        .deleteRange(
            Space.MACHINE, GroupKeys.start(group, pointer.generation() + 1), GroupKeys.end(group))
        .deleteRange(
            Space.MACHINE, GroupKeys.start(group, 1), GroupKeys.start(group, pointer.generation()));
  }

  /**
   * Makes the staged generation the one that counts and deletes the one before. What is called
   * after this is queued behind it: a switch that fails has closed the store.
   */
  CompletionStage<Long> switchToStaged(long index, Bytes label) {
    GroupPointer next = new GroupPointer(pointer.generation() + 1, label);
    Batch batch = new Batch();
    next.write(group, batch);
    batch.put(Space.MACHINE, GroupKeys.applied(group, next.generation()), standing(index));
    batch.deleteRange(
        Space.MACHINE,
        GroupKeys.start(group, pointer.generation()),
        GroupKeys.start(group, next.generation()));
    pointer = next;
    appliedIndex = index;
    return store.write(batch, Durability.SYNCED).thenApply(done -> index);
  }
}
