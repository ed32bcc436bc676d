package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scenarios to read: each file holds commands (lines that begin with {@code >}) and, under each,
 * what the group then says and does. {@code -Dmesh.transcripts.rewrite=true} writes down what it
 * does now: read the difference before you keep it.
 */
class TranscriptTest {
  private static final Path FOLDER = Path.of("src/test/resources/dev/mesh/protocols/raft");

  static Stream<Path> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transcripts")
  void happensAsWritten(Path file) throws IOException {
    List<String> written = Files.readAllLines(file);
    List<String> happened = replay(written);
    if (Boolean.getBoolean("mesh.transcripts.rewrite")) {
      Files.write(file, happened);
    } else {
      assertEquals(String.join("\n", written), String.join("\n", happened));
    }
  }

  private static List<String> replay(List<String> lines) {
    TranscriptGroup group = new TranscriptGroup();
    return lines.stream()
        .flatMap(
            line -> {
              if (line.startsWith("> ")) {
                return Stream.concat(
                    Stream.of(line), group.command(line.substring(2)).stream().map("  "::concat));
              }
              return line.startsWith("  ") ? Stream.empty() : Stream.of(line);
            })
        .toList();
  }
}
