package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * The peer's one store: a RocksDB in its data folder, owned by the process rather than by an actor
 * system. Writes from all over the peer are gathered and synced together (group commit). The first
 * write that fails, be it a full disk or a failed sync, ends writing until the process starts
 * again; reads go on. Opening cuts off a write that a crash broke off at the end of the log, and
 * refuses damage anywhere else, a log that is missing or too short before others included.
 *
 * <p>Thread-safe. Within a process, get shared stores from {@link Stores}.
 */
public final class Store implements StoreReader, AutoCloseable {
  /** The one format of a folder that this program reads and writes; it grows with every change. */
  static final int FORMAT = 2;

  private static final byte[] FORMAT_KEY = "format".getBytes(StandardCharsets.UTF_8);
  static final String FILES = "db";

  private final Path folder;
  private final FolderLock lock;
  private final RocksFiles files;
  private final StoreReader reader;
  private final GroupCommit commits;
  private final EventLog events = new EventLog(this);

  private Store(Path folder, FolderLock lock, RocksFiles files, GroupCommit commits) {
    this.folder = folder;
    this.lock = lock;
    this.files = files;
    this.reader = files.reader();
    this.commits = commits;
  }

  /**
   * Opens the store in {@code folder}, which is made if it is not there.
   *
   * @throws StoreException if the folder cannot be written, is in use, is damaged, or was written
   *     by a version with another format
   */
  public static Store open(Path folder, StoreSettings settings) {
    return open(folder, settings, engine -> engine);
  }

  /** As {@link #open(Path, StoreSettings)}, with writes passing through what {@code wrap} makes. */
  static Store open(Path folder, StoreSettings settings, UnaryOperator<Engine> wrap) {
    Path absolute = folder.toAbsolutePath().normalize();
    FolderLock lock = FolderLock.take(absolute);
    Store store;
    try {
      NativeLibrary.load(absolute);
      RocksFiles files = RocksFiles.open(absolute.resolve(FILES), settings);
      GroupCommit commits = new GroupCommit(absolute.toString(), wrap.apply(files), settings);
      store = new Store(absolute, lock, files, commits);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
    try {
      store.checkFormat();
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private void checkFormat() {
    if (!hasKnownFormat(this, folder)) {
      ByteBuffer record = Records.begin(Integer.BYTES).putInt(FORMAT);
      writeNow(new Batch().put(Space.META, FORMAT_KEY, Records.seal(1, record)));
    }
  }

  /**
   * Whether a format is written in the store.
   *
   * @throws StoreException if it is another than what this program reads
   */
  static boolean hasKnownFormat(StoreReader store, Path folder) {
    byte[] format = store.get(Space.META, FORMAT_KEY);
    if (format == null) {
      return false;
    }
    int found = Records.open(format, 1, store, Space.META, FORMAT_KEY).getInt();
    if (found != FORMAT) {
      throw new StoreException(
          "data folder %s has format %d, and this program reads %d; run the %s version that wrote it, or move the folder away so that this peer joins anew"
              .formatted(folder, found, FORMAT, found > FORMAT ? "newer" : "older"));
    }
    return true;
  }

  /**
   * Queues a batch. The stage fails with {@link StoreException} when the write failed (its outcome
   * is then unknown and the store takes no more), or when it was refused because too much waits
   * already (nothing is written and the store goes on).
   */
  public CompletionStage<Void> write(Batch batch, Durability durability) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    write(
        batch,
        durability,
        failure -> {
          if (failure == null) {
            written.complete(null);
          } else {
            written.completeExceptionally(failure);
          }
        });
    return written;
  }

  /**
   * As {@link #write(Batch, Durability)}, without a stage.
   *
   * @return whether the write was queued; if not, nothing is written and {@code completion} has
   *     been told why
   */
  public boolean write(Batch batch, Durability durability, Completion completion) {
    return commits.submit(batch, durability, completion);
  }

  /**
   * Who does the writing from now on, for everybody: an event loop that most writes come from waits
   * for its own disk then, and no other thread is woken. When it ends, or with none, the store's
   * own thread writes.
   */
  public void writeOn(Optional<Executor> executor) {
    commits.writeOn(executor);
  }

  /** The events of this peer's persistent actors. */
  EventLog events() {
    return events;
  }

  /** Writes and waits until it is on disk; for starting up, never from an actor. */
  void writeNow(Batch batch) {
    try {
      write(batch, Durability.SYNCED).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof StoreException failure ? failure : e;
    }
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

  /** The store as it is now, for reading in pieces. */
  public StoreView view() {
    return files.view();
  }

  public StoreStats stats() {
    return commits.stats();
  }

  /** What ended writing, if something did. */
  public Optional<StoreException> failure() {
    return Optional.ofNullable(commits.failure());
  }

  public Path folder() {
    return folder;
  }

  /** Writes what waits, then closes the files and lets go of the folder. */
  @Override
  public void close() {
    commits.close();
    files.close();
    lock.close();
  }
}
