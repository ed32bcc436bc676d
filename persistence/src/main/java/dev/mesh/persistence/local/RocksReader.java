package dev.mesh.persistence.local;

import java.util.HexFormat;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** Reads from open files: the newest state, or that of a snapshot. */
final class RocksReader implements StoreView {
  private static final int KEY_BYTES_SHOWN = 64;

  private final RocksFiles files;
  private final Snapshot snapshot;

  /** {@code snapshot} is null for the newest state. */
  RocksReader(RocksFiles files, Snapshot snapshot) {
    this.files = files;
    this.snapshot = snapshot;
  }

  @Override
  public byte[] get(Space space, byte[] key) {
    return files.reading(
        () -> {
          try (ReadOptions how = options()) {
            return files.get(how, space, key);
          } catch (RocksDBException e) {
            throw unreadable(e);
          }
        });
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    files.reading(
        () -> {
          try (Slice end = new Slice(to);
              ReadOptions how = options().setIterateUpperBound(end);
              RocksIterator at = files.iterate(how, space)) {
            at.seek(from);
            while (at.isValid() && visitor.visit(at.key(), at.value())) {
              at.next();
            }
            at.status();
            return null;
          } catch (RocksDBException e) {
            throw unreadable(e);
          }
        });
  }

  @Override
  public byte[] lastKey(Space space, byte[] from, byte[] to) {
    return files.reading(
        () -> {
          try (Slice start = new Slice(from);
              Slice end = new Slice(to);
              ReadOptions how = options().setIterateLowerBound(start).setIterateUpperBound(end);
              RocksIterator at = files.iterate(how, space)) {
            at.seekToLast();
            at.status();
            return at.isValid() ? at.key() : null;
          } catch (RocksDBException e) {
            throw unreadable(e);
          }
        });
  }

  @Override
  public String describe(Space space, byte[] key) {
    int shown = Math.min(key.length, KEY_BYTES_SHOWN);
    return "%s, %s, key %s"
        .formatted(files.folder(), space, HexFormat.of().formatHex(key, 0, shown));
  }

  @Override
  public void close() {
    if (snapshot != null) {
      files.release(snapshot);
    }
  }

  private ReadOptions options() {
    if (snapshot == null) {
      return new ReadOptions();
    }
    if (!files.holds(snapshot)) {
      throw new StoreException("this view of the store in " + files.folder() + " is closed");
    }
    return new ReadOptions().setSnapshot(snapshot);
  }

  private StoreException unreadable(RocksDBException e) {
    return new StoreException(
        "the store in %s cannot be read (%s); if it is damaged, restore it from a copy, or move it away so that this peer starts anew"
            .formatted(files.folder(), e.getMessage()),
        e);
  }
}
