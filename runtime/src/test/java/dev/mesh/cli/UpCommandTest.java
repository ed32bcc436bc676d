package dev.mesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code mesh up} makes of its options, and how it refuses what cannot be. */
class UpCommandTest {
  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  @Test
  void optionsWinOverTheFileAndTheFileOverDefaults() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("node.conf"),
            "mesh { zone = \"attic\", expect = 5, data-dir = \"/d\" }");
    Config config =
        overrides(
            "--name=n --port=1 --http=2 --seeds=a:3,b:4 --expect=3 --capabilities=x,y --allow-exec"
                + " --config="
                + file);
    assertEquals("n", config.getString("mesh.peer-name"));
    assertEquals(1, config.getInt("pekko.remote.artery.canonical.port"));
    assertEquals(2, config.getInt("mesh.http.port"));
    assertEquals(List.of("a:3", "b:4"), config.getStringList("mesh.seeds"));
    assertEquals(3, config.getInt("mesh.expect"));
    assertEquals("attic", config.getString("mesh.zone"));
    assertEquals(List.of("x", "y"), config.getStringList("mesh.capabilities"));
    assertTrue(config.getBoolean("mesh.work.allow-exec"));
    assertEquals("/d", config.getString("mesh.data-dir"));
    assertEquals("mesh-data", overrides("--name=n").getString("mesh.data-dir"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--seeds here            | 'here'",
        "--seeds a:1,b:two       | 'b:two'",
        "--seeds a:99999         | 'a:99999'",
        "--expect many           | 'many'",
        "--expect 11             | 11",
        "--port 70000            | --port 70000",
        "--http -1               | --http -1",
        "--name a/b              | a/b",
        "--config /no/such.conf  | '/no/such.conf'",
      })
  void wrongOptionsAreNamed(String options, String message) {
    List<String> line = new ArrayList<>(List.of(options.split(" ")));
    line.addAll(List.of("--data", folder.toString()));
    assertEquals(2, up(line), err.toString());
    assertTrue(err.toString().contains(message), err.toString());
  }

  @Test
  void aFileThatIsNotHoconIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.conf"), "mesh { ");
    assertEquals(2, up(List.of("--config", file.toString())));
    assertTrue(err.toString().contains("bad.conf"), err.toString());
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertEquals(
          1,
          up(List.of("--http", port, "--port", "0", "--data", folder.toString())),
          err.toString());
      assertTrue(err.toString().contains(port), err.toString());
      err.getBuffer().setLength(0);
      assertEquals(
          1,
          up(List.of("--http", "0", "--port", port, "--data", folder.toString())),
          err.toString());
      assertTrue(err.toString().contains(port), err.toString());
    }
  }

  @Test
  void aFolderThatCannotBeUsedIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    String data = file.resolve("below").toString();
    assertEquals(1, up(List.of("--http", "0", "--port", "0", "--data", data)), err.toString());
    assertTrue(err.toString().contains(data), err.toString());
  }

  private static Config overrides(String options) {
    UpCommand command = new UpCommand();
    new CommandLine(command).parseArgs(options.split(" "));
    return command.overrides();
  }

  private int up(List<String> options) {
    List<String> line = new ArrayList<>(List.of("up"));
    line.addAll(options);
    return Main.execute(
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        line.toArray(String[]::new));
  }
}
