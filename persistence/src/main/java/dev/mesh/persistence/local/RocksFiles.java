package dev.mesh.persistence.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The native side of a store. Native objects must not be used after they are closed (the process
 * would crash), so every read holds a shared lock, and {@link #close} the exclusive one.
 */
final class RocksFiles implements Engine, AutoCloseable {
  private final Path folder;
  private final RocksOptions options;
  private final RocksDB db;
  private final Map<Space, ColumnFamilyHandle> families;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions ordered = new WriteOptions().setSync(false);
  private final ReentrantReadWriteLock lifetime = new ReentrantReadWriteLock();
  private final Set<Snapshot> snapshots = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private RocksFiles(
      Path folder, RocksOptions options, RocksDB db, Map<Space, ColumnFamilyHandle> families) {
    this.folder = folder;
    this.options = options;
    this.db = db;
    this.families = families;
  }

  static RocksFiles open(Path folder, StoreSettings settings) {
    return open(
        folder,
        settings,
        (options, families, handles) ->
            RocksDB.open(options, folder.toString(), families, handles));
  }

  /** Opens without changing a byte. What is only in the write-ahead log is seen, too. */
  static RocksFiles openReadOnly(Path folder, StoreSettings settings) {
    return open(
        folder,
        settings,
        (options, families, handles) ->
            RocksDB.openReadOnly(options, folder.toString(), families, handles));
  }

  /** A way to open the files. */
  @FunctionalInterface
  private interface Opening {
    RocksDB open(
        DBOptions options, List<ColumnFamilyDescriptor> families, List<ColumnFamilyHandle> handles)
        throws RocksDBException;
  }

  private static RocksFiles open(Path folder, StoreSettings settings, Opening opening) {
    RocksOptions options = new RocksOptions(settings);
    try {
      refuseUnknownSpaces(folder);
      List<ColumnFamilyDescriptor> descriptors =
          Stream.of(Space.values())
              .map(space -> new ColumnFamilyDescriptor(space.family(), options.family()))
              .toList();
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      RocksDB db = opening.open(options.db(), descriptors, handles);
      Map<Space, ColumnFamilyHandle> families = new EnumMap<>(Space.class);
      Iterator<ColumnFamilyHandle> handle = handles.iterator();
      for (Space space : Space.values()) {
        families.put(space, handle.next());
      }
      return new RocksFiles(folder, options, db, families);
    } catch (RocksDBException e) {
      options.close();
      throw new StoreException(
          "the store in %s cannot be opened (%s); free its disk if that is full; if it is damaged, restore it from a copy, or move it away so that this peer starts anew"
              .formatted(folder, e.getMessage()),
          e);
    } catch (StoreException e) {
      options.close();
      throw e;
    }
  }

  private static void refuseUnknownSpaces(Path folder) throws RocksDBException {
    Set<String> known =
        Stream.of(Space.values())
            .map(space -> new String(space.family(), StandardCharsets.UTF_8))
            .collect(Collectors.toSet());
    try (Options any = new Options()) {
      for (byte[] family : RocksDB.listColumnFamilies(any, folder.toString())) {
        String name = new String(family, StandardCharsets.UTF_8);
        if (!known.contains(name)) {
          throw new StoreException(
              "the store in %s has a part '%s' that this program does not know; run the newer version that made it"
                  .formatted(folder, name));
        }
      }
    }
  }

  @Override
  public void write(List<Batch> batches, boolean sync) throws RocksDBException {
    try (WriteBatch all = new WriteBatch()) {
      for (Batch batch : batches) {
        for (Batch.Change change : batch.changes()) {
          ColumnFamilyHandle family = families.get(change.space);
          switch (change.kind) {
            case PUT -> all.put(family, change.key, change.more);
            case DELETE -> all.delete(family, change.key);
            case DELETE_RANGE -> all.deleteRange(family, change.key, change.more);
          }
        }
      }
      db.write(sync ? synced : ordered, all);
    }
  }

  /** Reads what is newest at each call. */
  StoreReader reader() {
    return new RocksReader(this, null);
  }

  /** Reads what is there now, until it is closed. */
  StoreView view() {
    return reading(
        () -> {
          Snapshot snapshot = db.getSnapshot();
          snapshots.add(snapshot);
          return new RocksReader(this, snapshot);
        });
  }

  /** Whether a snapshot may still be read. */
  boolean holds(Snapshot snapshot) {
    return snapshots.contains(snapshot);
  }

  void release(Snapshot snapshot) {
    lifetime.readLock().lock();
    try {
      if (snapshots.remove(snapshot)) {
        db.releaseSnapshot(snapshot);
      }
    } finally {
      lifetime.readLock().unlock();
    }
  }

  /** Runs a read while the files are sure to stay open. */
  <T> T reading(Supplier<T> read) {
    lifetime.readLock().lock();
    try {
      if (closed) {
        throw new StoreException("the store in " + folder + " is closed");
      }
      return read.get();
    } finally {
      lifetime.readLock().unlock();
    }
  }

  byte[] get(ReadOptions how, Space space, byte[] key) throws RocksDBException {
    return db.get(families.get(space), how, key);
  }

  RocksIterator iterate(ReadOptions how, Space space) {
    return db.newIterator(families.get(space), how);
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    lifetime.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      snapshots.forEach(db::releaseSnapshot);
      snapshots.clear();
      families.values().forEach(ColumnFamilyHandle::close);
      db.close();
      synced.close();
      ordered.close();
      options.close();
    } finally {
      lifetime.writeLock().unlock();
    }
  }
}
