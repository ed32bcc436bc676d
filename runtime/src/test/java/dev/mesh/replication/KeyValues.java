package dev.mesh.replication;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.GroupChanges;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A small machine: a command is {@code key=value}, its answer is the key; a query is a key. */
final class KeyValues implements StateMachine {
  private static final int FORMAT = 1;

  private final GroupStore store;
  private volatile boolean stores = true;

  KeyValues(Store store, GroupId group) {
    this.store = GroupStore.open(store, group, FORMAT, 1 << 20);
  }

  @Override
  public long appliedIndex() {
    return store.appliedIndex();
  }

  /** Nothing at all if the machine is told to store nothing. */
  @Override
  public long storedIndex() {
    return stores ? appliedIndex() : 0;
  }

  void stores(boolean now) {
    stores = now;
  }

  @Override
  public Bytes label() {
    return store.label();
  }

  @Override
  public List<Bytes> apply(long index, List<Bytes> commands) {
    GroupChanges changes = store.changes();
    List<Bytes> keys = commands.stream().map(command -> put(command, changes)).toList();
    store.commit(index, changes);
    return keys;
  }

  private static Bytes put(Bytes command, GroupChanges changes) {
    String[] pair = command.asUtf8().split("=", 2);
    changes.put(pair[0].getBytes(StandardCharsets.UTF_8), Bytes.utf8(pair[1]));
    return Bytes.utf8(pair[0]);
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
  public CompletionStage<Bytes> query(Bytes key) {
    return store.barrier().thenApply(written -> get(key));
  }

  private Bytes get(Bytes key) {
    try (GroupView view = store.view()) {
      return Optional.ofNullable(view.get(key.toArray())).orElse(Bytes.EMPTY);
    }
  }

  @Override
  public SnapshotReader openSnapshot() {
    return store.openSnapshot();
  }

  @Override
  public SnapshotWriter beginInstall() {
    return store.beginInstall();
  }
}
