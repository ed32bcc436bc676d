package dev.mesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo over processes that only pretend to be peers: what it starts, checks and leaves. */
class DemoCommandTest {
  private static final Pattern KEPT = Pattern.compile("is kept in (\\S+)");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectory(folder.resolve("files"));
    for (int i = 0; i < 5; i++) {
      Files.writeString(folder.resolve("files/" + i), "file number " + i + "\n");
    }
  }

  @AfterEach
  void forgetLauncher() {
    System.clearProperty("mesh.launcher");
  }

  @Test
  void theSummaryIsTheLastLine() throws IOException {
    launchBy("exec '%s' -cp '%s' dev.mesh.cli.FakePeerMain \"$@\"");
    assertEquals(0, demo(), err.toString());
    List<String> lines = out.toString().lines().toList();
    JsonNode summary = Console.MAPPER.readTree(lines.get(lines.size() - 1));
    assertEquals(10, summary.path("tasks").asInt());
    assertEquals(10, summary.path("completed").asInt());
    assertEquals(0, summary.path("lost").asInt());
    assertEquals(10, summary.path("peers").get(0).path("completed").asInt());
    assertTrue(summary.path("verified").asBoolean());
  }

  @Test
  void wrongResultsAreFoundOut() throws IOException {
    launchBy("exec '%s' -Dfake.wrong=true -cp '%s' dev.mesh.cli.FakePeerMain \"$@\"");
    assertEquals(1, demo());
    assertTrue(out.toString().contains("\"verified\":false"), out.toString());
    assertTrue(err.toString().contains("sha256 wrong, not"), err.toString());
  }

  @Test
  void aPeerThatCannotStartIsQuotedAndItsFolderKept() throws IOException {
    launchBy("echo 'there is no room' >&2; exit 3 # %s %s");
    assertEquals(1, demo());
    assertTrue(err.toString().contains("there is no room"), err.toString());
    Matcher kept = KEPT.matcher(err.toString());
    assertTrue(kept.find());
    Path data = Path.of(kept.group(1));
    assertTrue(Files.exists(data.resolve("demo-1.log")));
    new LocalMesh(List.of(), "", data, 1, "").delete();
    assertFalse(Files.exists(data));
  }

  private void launchBy(String script) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path launcher = folder.resolve("launcher");
    Files.writeString(launcher, "#!/bin/sh\n" + script.formatted(java, classPath) + "\n");
    assertTrue(launcher.toFile().setExecutable(true));
    System.setProperty("mesh.launcher", launcher.toString());
  }

  private int demo() {
    return Main.execute(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        "demo",
        "--peers",
        "1",
        "--json",
        "--dir",
        folder.resolve("files").toString());
  }
}
