package dev.mesh.task.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import dev.mesh.task.Handlers;
import dev.mesh.task.PermanentFailure;
import dev.mesh.task.TaskContext;
import dev.mesh.task.WorkSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltinsTest {
  private final Handlers handlers = new Handlers();
  @TempDir private Path folder;

  BuiltinsTest() {
    Builtins.register(handlers, settings(true));
  }

  private static WorkSettings settings(boolean allowExec) {
    return WorkSettings.of(
        ConfigFactory.parseString("mesh.work.allow-exec = " + allowExec)
            .withFallback(ConfigFactory.load()));
  }

  private String run(String kind, String payload) throws Exception {
    byte[] result =
        handlers
            .of(kind)
            .orElseThrow()
            .handle(new Context(kind, payload))
            .toCompletableFuture()
            .join();
    return new String(result, StandardCharsets.UTF_8);
  }

  private static String quoted(Path path) {
    return Json.MAPPER.createObjectNode().put("file", path.toString()).toString();
  }

  @Test
  void echoGivesThePayloadBack() throws Exception {
    assertEquals("hello", run("echo", "hello"));
  }

  @Test
  void sleepTakesADurationOrMilliseconds() throws Exception {
    assertEquals("PT0.001S", run("sleep", "PT0.001S"));
    assertEquals("1", run("sleep", "1"));
    PermanentFailure failure = assertThrows(PermanentFailure.class, () -> run("sleep", "long"));
    assertTrue(failure.getMessage().contains("'long'"), failure.getMessage());
    assertThrows(PermanentFailure.class, () -> run("sleep", "PT-1S"));
  }

  @Test
  void sha256OfAFileAndOfThePayload() throws Exception {
    Path file = Files.writeString(folder.resolve("abc.txt"), "abc");
    String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertEquals(abc, run("sha256", quoted(file)));
    assertEquals(abc, run("sha256", "abc"));
  }

  @Test
  void wordCountCountsLikeWc() throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "one two\n\tthree  four\nfive");
    assertEquals("{\"lines\":2,\"words\":5,\"bytes\":25}", run("wordcount", quoted(file)));
  }

  @Test
  void aMissingFileIsNamedAndNotTriedAgain() {
    Path missing = folder.resolve("missing");
    for (String kind : new String[] {"sha256", "wordcount"}) {
      PermanentFailure failure =
          assertThrows(PermanentFailure.class, () -> run(kind, quoted(missing)));
      assertTrue(failure.getMessage().contains(missing.toString()), failure.getMessage());
    }
    assertThrows(PermanentFailure.class, () -> run("wordcount", quoted(folder)));
    assertThrows(PermanentFailure.class, () -> run("wordcount", "no json"));
  }

  @Test
  void execGivesOutputAndExitCode() throws Exception {
    JsonNode result =
        Json.MAPPER.readTree(
            run("exec", "{\"command\": [\"sh\", \"-c\", \"echo out; echo err >&2\"]}"));
    assertEquals(0, result.get("exitCode").asInt());
    assertEquals("out\n", result.get("stdout").asText());
    assertEquals("err\n", result.get("stderr").asText());
    assertFalse(result.get("truncated").asBoolean());
  }

  @Test
  void execKeepsTheBeginningOfMuchOutput() throws Exception {
    JsonNode result =
        Json.MAPPER.readTree(
            run("exec", "{\"command\": [\"head\", \"-c\", \"200000\", \"/dev/zero\"]}"));
    int kept = result.get("stdout").asText().length();
    assertTrue(kept > 0 && kept <= ExecKind.MAX_OUTPUT, "kept " + kept);
    assertTrue(result.get("truncated").asBoolean());
  }

  @Test
  void execSaysWhyItFailed() {
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () -> run("exec", "{\"command\": [\"sh\", \"-c\", \"echo no >&2; exit 3\"]}"));
    assertTrue(failure.getMessage().endsWith("exit code 3: no"), failure.getMessage());
    assertThrows(PermanentFailure.class, () -> run("exec", "{\"command\": [\"no-such-program\"]}"));
    assertThrows(PermanentFailure.class, () -> run("exec", "ls"));
  }

  @Test
  void anInterruptedExecLeavesNoProcess() throws Exception {
    Path mark = folder.resolve("pid");
    String script = "echo $$ > " + mark + "; exec sleep 60";
    String payload =
        Json.MAPPER
            .createObjectNode()
            .set("command", Json.MAPPER.createArrayNode().add("sh").add("-c").add(script))
            .toString();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread runner =
        new Thread(
            () ->
                ended.complete(
                    assertThrows(InterruptedException.class, () -> run("exec", payload))));
    runner.start();
    Awaitility.await().until(() -> Files.exists(mark) && Files.size(mark) > 1);
    long pid = Long.parseLong(Files.readString(mark).trim());
    runner.interrupt();
    ended.join();
    Awaitility.await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void execIsOfferedOnlyWhereItIsAllowed() {
    Handlers others = new Handlers();
    Builtins.register(others, settings(false));
    assertFalse(others.kinds().contains("exec"));
    assertTrue(handlers.kinds().contains("exec"));
  }

  private record Context(String kind, String text) implements TaskContext {
    @Override
    public String id() {
      return "t1";
    }

    @Override
    public byte[] payload() {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public long token() {
      return 1;
    }

    @Override
    public Optional<Instant> deadline() {
      return Optional.empty();
    }

    @Override
    public void progress(String note) {}

    @Override
    public boolean cancelled() {
      return false;
    }
  }
}
