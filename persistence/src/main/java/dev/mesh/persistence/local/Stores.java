package dev.mesh.persistence.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The open stores of this process, one for each folder, so that two actor systems (one being
 * replaced by the other) share theirs. Thread-safe.
 */
public final class Stores {
  private static final Map<Path, Shared> OPEN = new HashMap<>();

  // What a process could not write it must not open again: only a new process may try.
  private static final Map<Path, StoreException> BROKEN = new HashMap<>();

  private Stores() {}

  private static final class Shared {
    final Store store;
    int users;

    Shared(Store store) {
      this.store = store;
    }
  }

  /**
   * A share in an open store. Closing the last one closes the store; closing twice does nothing.
   */
  public static final class Lease implements AutoCloseable {
    private final Path folder;
    private final Store store;
    private boolean closed;

    private Lease(Path folder, Store store) {
      this.folder = folder;
      this.store = store;
    }

    public Store store() {
      return store;
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        if (!closed) {
          closed = true;
          release(folder);
        }
      }
    }
  }

  /**
   * A share in the folder's store, which is opened if this process has not done so. The settings
   * count when it is opened.
   *
   * @throws StoreException as {@link Store#open}, or if a write to it has failed in this process
   */
  public static Lease acquire(Path folder, StoreSettings settings) {
    return acquire(folder, settings, engine -> engine);
  }

  /**
   * As {@link #acquire(Path, StoreSettings)}, with writes passing through what {@code wrap} makes.
   */
  static Lease acquire(Path folder, StoreSettings settings, UnaryOperator<Engine> wrap) {
    Path key = folder.toAbsolutePath().normalize();
    synchronized (OPEN) {
      Shared shared = OPEN.get(key);
      if (BROKEN.containsKey(key)) {
        StoreException first = BROKEN.get(key);
        throw new StoreException(first.getMessage(), first);
      }
      if (shared == null) {
        shared = new Shared(Store.open(key, settings, wrap));
        OPEN.put(key, shared);
      }
      shared.users++;
      return new Lease(key, shared.store);
    }
  }

  private static void release(Path folder) {
    Shared shared = OPEN.get(folder);
    shared.users--;
    if (shared.users == 0) {
      OPEN.remove(folder);
      shared.store.failure().ifPresent(failure -> BROKEN.put(folder, failure));
      shared.store.close();
    }
  }
}
