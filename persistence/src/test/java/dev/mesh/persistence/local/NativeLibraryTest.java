package dev.mesh.persistence.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  private static final int HALTED = 7;

  @TempDir Path temp;

  /** A process that opens a store and ends as if it were killed: no hook of the JVM is run. */
  public static final class Opener {
    public static void main(String[] arguments) {
      Store.open(Path.of(arguments[0]), StoreFixtures.settings());
      Runtime.getRuntime().halt(HALTED);
    }
  }

  @Test
  void aKilledProcessLeavesNoCopyBehind() throws Exception {
    Path temporary = Files.createDirectory(temp.resolve("temporary"));
    Path data = temp.resolve("data");
    Process opener =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Opener.class.getName(),
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("output").toFile())
            .start();
    assertTrue(opener.waitFor(60, TimeUnit.SECONDS));
    assertEquals(HALTED, opener.exitValue(), () -> read(temp.resolve("output")));
    assertEquals(List.of(), libraries(temporary));
    assertEquals(List.of(), libraries(data));
  }

  private static List<Path> libraries(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.getFileName().toString().contains("rocksdbjni")).toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
