package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.raft.Membership;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/**
 * Which groups this peer holds a replica of, each with the membership that its log began with. A
 * replica is put on record before its log is opened, and an erasure that a crash broke off is
 * completed at the next start. Methods wait for the disk. For one thread at a time.
 */
public final class HeldReplicas {
  private static final int VERSION = 1;
  private static final int HELD = 1;
  private static final int ERASING = 2;
  private static final String PREFIX = "replica/";

  /** The first key behind all that begin with {@link #PREFIX}. */
  private static final String END = "replica0";

  private final Store store;
  private final RaftLogStore logs;
  private final SortedMap<GroupId, Membership> held = new TreeMap<>();

  /**
   * What a store has on record.
   *
   * @param held each with the membership that its log began with
   * @param halfErased groups whose erasure the next start completes
   */
  record OnRecord(SortedMap<GroupId, Membership> held, List<GroupId> halfErased) {}

  /** Reads the record in {@code store}. */
  public HeldReplicas(Store store, RaftLogStore logs) {
    this.store = store;
    this.logs = logs;
    OnRecord found = read(store);
    held.putAll(found.held());
    found.halfErased().forEach(this::eraseMarked);
  }

  static OnRecord read(StoreReader store) {
    OnRecord found = new OnRecord(new TreeMap<>(), new ArrayList<>());
    store.scan(
        Space.META,
        utf8(PREFIX),
        utf8(END),
        (key, record) -> {
          GroupId group = group(key);
          ByteBuffer payload = Records.open(record, VERSION, store, Space.META, key);
          byte[] content = new byte[payload.remaining()];
          payload.get(content);
          BinaryReader in = new BinaryReader(Bytes.wrap(content));
          if (in.u8() == ERASING) {
            found.halfErased().add(group);
          } else {
            found.held().put(group, Membership.fromBytes(in.bytes()));
          }
          return true;
        });
    return found;
  }

  /** The groups, each with the membership that its log began with. */
  public SortedMap<GroupId, Membership> all() {
    return new TreeMap<>(held);
  }

  /** Puts a new, empty replica on record. */
  public void add(GroupId group, Membership bootstrap) {
    put(group, new BinaryWriter(64).u8(HELD).bytes(bootstrap.toBytes()).done());
    held.put(group, bootstrap);
  }

  /** Deletes the replica's log and state; its actor must have stopped. */
  public void erase(GroupId group) {
    // Synced behind all that the replica had under way, so that none of it outlives the erasure.
    put(group, new BinaryWriter(1).u8(ERASING).done());
    held.remove(group);
    eraseMarked(group);
  }

  private void eraseMarked(GroupId group) {
    Batch batch = new Batch().delete(Space.META, key(group));
    logs.erase(group, batch);
    GroupStore.erase(group, batch);
    write(batch);
  }

  private void put(GroupId group, Bytes content) {
    write(new Batch().put(Space.META, key(group), Records.seal(VERSION, content.toArray())));
  }

  private void write(Batch batch) {
    try {
      store.write(batch, Durability.SYNCED).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof StoreException failure ? failure : e;
    }
  }

  private static byte[] key(GroupId group) {
    return utf8(PREFIX + group.value());
  }

  private static GroupId group(byte[] key) {
    String text = new String(key, StandardCharsets.UTF_8);
    return new GroupId(Integer.parseInt(text.substring(PREFIX.length())));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
