package dev.mesh.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What the demo's tasks should find in a file, by a plain count that shares no code with them.
 *
 * @param sha256 64 lower-case hexadecimal digits
 * @param lines how many line feeds there are
 * @param words how many runs of bytes there are between white space (space, tab, line feed,
 *     vertical tab, form feed, carriage return)
 */
record PlainCount(String sha256, long lines, long words, long bytes) {

  /** Reads the file once, byte by byte. */
  static PlainCount of(Path file) throws IOException {
    MessageDigest digest = sha();
    long lines = 0;
    long words = 0;
    long bytes = 0;
    boolean inWord = false;
    try (InputStream in =
        new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), digest)) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        boolean space = b == ' ' || (b >= '\t' && b <= '\r');
        words += !space && !inWord ? 1 : 0;
        inWord = !space;
        lines += b == '\n' ? 1 : 0;
        bytes++;
      }
    }
    String hex = String.format("%064x", new BigInteger(1, digest.digest()));
    return new PlainCount(hex, lines, words, bytes);
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
