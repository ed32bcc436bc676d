package dev.mesh.multijvm.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the JVMs of tests log to: a folder for each test below the build's output. */
final class PeerLogs {
  private static final Path ROOT = Path.of("target", "jvm-logs");

  private PeerLogs() {}

  /** The empty log file of one JVM. */
  static Path of(String test, String jvm) {
    Path log = ROOT.resolve(test).resolve(jvm + ".log");
    try {
      Files.deleteIfExists(log);
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot empty " + log, e);
    }
  }
}
