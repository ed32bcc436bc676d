package dev.mesh.persistence.local;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** What tests of a store have in common. */
public final class StoreFixtures {
  private StoreFixtures() {}

  public static StoreSettings settings() {
    return StoreSettings.of(ConfigFactory.load());
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /**
   * What would be there had the process been killed now: a copy of an open folder, made again if
   * the store's background work changed a file meanwhile.
   */
  public static Path killedCopy(Path folder, Path copy) {
    Awaitility.await().until(() -> copied(folder, copy));
    return copy;
  }

  private static boolean copied(Path folder, Path copy) throws IOException {
    if (Files.exists(copy)) {
      try (Stream<Path> old = Files.walk(copy)) {
        for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    try {
      Map<Path, Long> before = sizes(folder);
      for (Path file : before.keySet()) {
        Path target = copy.resolve(folder.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
      return sizes(folder).equals(before);
    } catch (NoSuchFileException | UncheckedIOException changing) {
      return false;
    }
  }

  private static Map<Path, Long> sizes(Path folder) throws IOException {
    Map<Path, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sizes.put(file, Files.size(file));
      }
    }
    return sizes;
  }

  /** The write-ahead logs of a folder that hold something, oldest first. */
  static List<Path> logs(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("db"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .toList();
    }
  }
}
