package dev.mesh.persistence.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a data folder for one process. The operating system lets go when the process ends. */
final class FolderLock implements AutoCloseable {
  private static final String FILE = "lock";
  private static final boolean SHARED = true;

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Makes the folder if need be and locks it. */
  static FolderLock take(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!tryLock(channel, !SHARED)) {
        String owner = read(channel);
        channel.close();
        throw new StoreException(
            "data folder %s is in use by process %s; stop it, or give this peer a folder of its own (mesh.data-dir)"
                .formatted(folder, owner));
      }
      write(channel, Long.toString(ProcessHandle.current().pid()));
      return new FolderLock(channel);
    } catch (IOException e) {
      throw new StoreException(
          "data folder %s cannot be written (%s); check that it is a folder that this user may write"
              .formatted(folder, e),
          e);
    }
  }

  /**
   * Makes sure that no process uses the folder, and that none begins to until this is closed.
   * Changes nothing in it.
   */
  static FolderLock takeToRead(Path folder) {
    try {
      FileChannel channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.READ);
      if (!tryLock(channel, SHARED)) {
        String owner = read(channel);
        channel.close();
        throw new StoreException(
            "data folder %s is in use by process %s; stop it first, or look at a copy of the folder"
                .formatted(folder, owner));
      }
      return new FolderLock(channel);
    } catch (IOException e) {
      throw new StoreException(
          "data folder %s cannot be read (%s); name the folder that a peer was started with"
              .formatted(folder, e),
          e);
    }
  }

  private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process has it
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    return StandardCharsets.UTF_8.decode(text.flip()).toString();
  }

  private static void write(FileChannel channel, String text) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreException("the lock of a data folder cannot be let go: " + e, e);
    }
  }
}
