package dev.mesh.persistence.local;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The store of a peer that does not run, for tools that look at it: nothing in the folder is
 * changed, not even what the next start of the peer would cut off or clean up. Thread-safe.
 */
public final class StoppedStore implements StoreReader, AutoCloseable {
  private final Path folder;
  private final FolderLock lock;
  private final RocksFiles files;
  private final StoreReader reader;

  private StoppedStore(Path folder, FolderLock lock, RocksFiles files) {
    this.folder = folder;
    this.lock = lock;
    this.files = files;
    this.reader = files.reader();
  }

  /**
   * Opens the store in {@code folder} and keeps peers from starting on it until it is closed.
   *
   * @throws StoreException if the folder is no peer's, is in use, is damaged, or was written by a
   *     newer version
   */
  public static StoppedStore open(Path folder, StoreSettings settings) {
    Path absolute = folder.toAbsolutePath().normalize();
    Path db = absolute.resolve(Store.FILES);
    if (!Files.isDirectory(db)) {
      throw new StoreException(
          "%s is no peer's data folder: there is no folder '%s' in it; name the folder that a peer was started with"
              .formatted(absolute, Store.FILES));
    }
    FolderLock lock = FolderLock.takeToRead(absolute);
    StoppedStore store;
    try {
      store = new StoppedStore(absolute, lock, RocksFiles.openReadOnly(db, settings));
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
    try {
      Store.hasKnownFormat(store, absolute);
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  public Path folder() {
    return folder;
  }

  @Override
  public byte[] get(Space space, byte[] key) {
    return reader.get(space, key);
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    reader.scan(space, from, to, visitor);
  }

  @Override
  public byte[] lastKey(Space space, byte[] from, byte[] to) {
    return reader.lastKey(space, from, to);
  }

  @Override
  public String describe(Space space, byte[] key) {
    return reader.describe(space, key);
  }

  @Override
  public void close() {
    files.close();
    lock.close();
  }
}
