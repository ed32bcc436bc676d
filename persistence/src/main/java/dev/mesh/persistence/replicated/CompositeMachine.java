package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Store;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The state of a group as several {@link MachinePart}s in one store. The changes that an entry
 * makes to all of them, and its index, are one batch. The first byte of a command or query says
 * whose it is. A command of any part may come in a session, see {@link SessionedLog}: then it is
 * applied once, however often it is committed.
 */
public final class CompositeMachine implements StateMachine {
  /**
   * The format of the values that this version stores, whatever the part; it reads no older one.
   */
  static final int FORMAT = 1;

  private static final int PART_SHIFT = 4;

  private final GroupStore store;
  private final Executor reads;
  private final MachinePart[] byNumber = new MachinePart[MachinePart.MAX_NUMBER + 1];
  private final List<MachinePart> parts;
  private boolean broken;

  private CompositeMachine(GroupStore store, Executor reads, List<MachinePart> parts) {
    this.store = store;
    this.reads = reads;
    this.parts = new ArrayList<>(parts);
    this.parts.add(new SessionPart(store, this::applyBare));
    for (MachinePart part : this.parts) {
      if (byNumber[part.number()] != null) {
        throw new IllegalArgumentException("two parts have the number " + part.number());
      }
      byNumber[part.number()] = part;
    }
  }

  /**
   * Opens the group's state, empty at first.
   *
   * @param reads runs queries; they touch the disk
   * @param maxUnwrittenBytes of changes after which {@link #writable} waits
   * @param parts each made from the store that all share; number 2 is taken by sessions
   */
  public static CompositeMachine open(
      Store store,
      GroupId group,
      Executor reads,
      long maxUnwrittenBytes,
      List<Function<GroupStore, MachinePart>> parts) {
    GroupStore shared = GroupStore.open(store, group, FORMAT, maxUnwrittenBytes);
    return new CompositeMachine(
        shared, reads, parts.stream().map(part -> part.apply(shared)).toList());
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
    GroupChanges changes = store.changes();
    List<Bytes> answers = new ArrayList<>(commands.size());
    for (Bytes command : commands) {
      answers.add(partOf(command).apply(command, changes));
    }
    for (MachinePart part : parts) {
      part.flushTo(changes);
    }
    long number = store.commit(index, changes);
    for (MachinePart part : parts) {
      part.committed(number);
    }
    broken = false;
    return answers;
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
    return store.barrier().thenApplyAsync(written -> partOf(query).answer(query), reads);
  }

  @Override
  public SnapshotReader openSnapshot() {
    return store.openSnapshot();
  }

  @Override
  public SnapshotWriter beginInstall() {
    return new Install(store.beginInstall());
  }

  /** A command that came in a session; sessions do not nest. */
  private Bytes applyBare(Bytes command, GroupChanges changes) {
    MachinePart part = partOf(command);
    if (part instanceof SessionPart) {
      throw new IllegalStateException("a session within a session");
    }
    return part.apply(command, changes);
  }

  private MachinePart partOf(Bytes said) {
    MachinePart part = said.isEmpty() ? null : byNumber[(said.at(0) & 0xFF) >> PART_SHIFT];
    if (part == null) {
      throw new IllegalStateException(
          (said.isEmpty() ? "nothing" : "what begins with byte " + said.at(0))
              + " is for none of the parts "
              + Arrays.toString(parts.stream().mapToInt(MachinePart::number).sorted().toArray())
              + " that this version knows; run the newer version that the other peers run");
    }
    return part;
  }

  /** An installation after which what the parts remember is of the past. */
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
      parts.forEach(MachinePart::forget);
      return staged.finish(label);
    }

    @Override
    public void abort() {
      staged.abort();
    }
  }
}
