package dev.mesh.persistence.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native code, which has to be a file to be loaded. Left to itself RocksDB unpacks it to
 * the folder for temporary files, where it stays when the process is killed.
 */
final class NativeLibrary {
  private static final String NAME = "rocksdb";

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads it once in a process, by way of a folder that this process has locked.
   *
   * @throws StoreException if the folder cannot be written
   */
  static synchronized void load(Path folder) {
    if (loaded) {
      return;
    }
    try {
      NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
      loaded = true;
      for (String file : unpacked()) {
        Files.deleteIfExists(folder.resolve(file)); // what is loaded stays loaded
      }
    } catch (IOException e) {
      throw new StoreException(
          "RocksDB's native code cannot be unpacked in %s (%s); free the disk, or make the folder writable"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /** The names that it may have; there is one for another C library on some systems alone. */
  private static List<String> unpacked() {
    return Stream.of(
            Environment.getJniLibraryFileName(NAME),
            Environment.getFallbackJniLibraryFileName(NAME))
        .filter(Objects::nonNull)
        .toList();
  }
}
