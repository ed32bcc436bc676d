package dev.mesh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of our own making. */
final class Folders {
  private Folders() {}

  static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, folder + " cannot be made: " + e);
    }
  }

  /** Deletes the folder and all that is in it. */
  static void delete(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, folder + " cannot be deleted: " + e);
    }
  }
}
