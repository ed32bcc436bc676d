package dev.mesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mesh.events.MeshEvent;
import dev.mesh.http.FakePeer;
import dev.mesh.http.MeshApi;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.task.Task;
import dev.mesh.task.TasksException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakePeer peer;

  @BeforeEach
  void start() {
    peer =
        FakePeer.start(
            Map.of(
                "echo",
                Task::payload,
                "exec",
                MainTest::command,
                "fail",
                task -> {
                  throw new IllegalStateException("it was meant to fail");
                },
                "bytes",
                task -> Bytes.wrap(new byte[] {(byte) 0xff})));
  }

  /** What a command would print that prints its own words, each in brackets. */
  private static Bytes command(Task task) {
    try {
      StringBuilder words = new StringBuilder();
      for (JsonNode word : json(task.payload().asUtf8()).path("command")) {
        words.append('[').append(word.asText()).append(']');
      }
      return Bytes.utf8(
          Console.MAPPER
              .createObjectNode()
              .put("stdout", words + "\n")
              .put("stderr", "")
              .toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    peer.close();
  }

  @Test
  void aSubmittedTaskIsNamedAndShown() throws Exception {
    assertEquals(0, mesh("submit", "--kind", "echo", "--id", "a", "--payload", "hello"));
    assertEquals("a\n", printed());
    assertEquals(0, mesh("task", "a"));
    assertTrue(printed().contains("hello"));
    assertEquals(0, mesh("task", "a", "--json"));
    assertEquals("hello", json(printed()).path("result").asText());
  }

  @Test
  void aPayloadComesFromAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("payload"), "from a file");
    assertEquals(0, mesh("submit", "--kind", "echo", "--payload", "@" + file, "--wait", "5s"));
    assertTrue(printed().contains("from a file"));
    Files.write(file, new byte[] {(byte) 0xfe, 1});
    assertEquals(
        0, mesh("submit", "--kind", "echo", "--payload", "@" + file, "--wait", "5s", "--json"));
    assertEquals("/gE=", json(printed()).path("resultBase64").asText());
  }

  @Test
  void waitingTellsTheEndByTheExitCode() {
    assertEquals(0, mesh("submit", "--kind", "echo", "--wait", "1s"));
    assertEquals(1, mesh("submit", "--kind", "fail", "--wait", "1s"));
    assertEquals(4, mesh("submit", "--kind", "later", "--id", "l", "--wait", "0s"));
    assertEquals(4, mesh("task", "l", "--wait", "1ms"));
    assertEquals(0, mesh("task", "l"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate                             | frobnicate",
        "submit                                 | --kind",
        "submit --kind nonsense                 | nonsense",
        "submit --kind echo --retries many      | many",
        "submit --kind echo --payload @/no/file | there is no such file",
        "submit --kind echo --deadline soon     | soon",
        "task                                   | ID",
        "task a/b                               | a/b",
        "tasks --status lost                    | lost",
        "tasks --limit 0                        | --limit 0",
        "run                                    | give a file",
        "run /no/file.jsonl                     | /no/file.jsonl",
        "run --each *.none -- true              | *.none",
        "run --each *.none true                 | put -- before",
        "demo --peers 0                         | --peers 0",
        "demo --peers 2 --kill                  | --kill needs 3",
        "demo --dir /no/dir                     | /no/dir",
        "kv get a b                             | kv",
      })
  void wrongUsageIsNamed(String line, String message) {
    assertEquals(2, mesh(line.split(" ")), err.toString());
    assertTrue(err.toString().contains(message), err.toString());
  }

  @Test
  void noArgumentsIsWrongUsageAndHelpIsNot() {
    assertEquals(2, execute());
    assertEquals(0, execute("--help"));
    assertTrue(printed().contains("peers"));
    assertEquals(0, execute("help", "run"));
    assertEquals(0, execute("--version"));
  }

  @Test
  void whatIsUnknownFails() {
    assertEquals(1, mesh("task", "none"));
    assertTrue(err.toString().contains("'none'"));
    assertEquals(1, mesh("cancel", "none"));
  }

  @Test
  void cancelSaysWhetherItWasInTime() {
    mesh("submit", "--kind", "later", "--id", "l");
    assertEquals(0, mesh("cancel", "l"));
    mesh("submit", "--kind", "echo", "--id", "e");
    assertEquals(1, mesh("cancel", "e"));
    assertTrue(err.toString().contains("completed"));
  }

  @Test
  void listsAreTablesOrALineEach() throws Exception {
    for (int i = 0; i < 3; i++) {
      mesh("submit", "--kind", "echo", "--id", "t" + i);
    }
    printed();
    assertEquals(0, mesh("tasks", "--limit", "2", "--after", "t0"));
    List<String> lines = printed().lines().toList();
    assertEquals(3, lines.size());
    assertTrue(lines.get(1).matches("t1 +echo +completed +fake +1"), lines.get(1));
    assertEquals(0, mesh("tasks", "--json"));
    lines = printed().lines().toList();
    assertEquals(List.of("t0", "t1", "t2"), ids(lines));
    assertEquals(0, mesh("peers"));
    String peers = printed();
    assertTrue(peers.contains("cpu=0.5 queued=0"), peers);
    assertTrue(peers.contains("suspect (fake says so; silent here for 4 s)  2 ms"), peers);
  }

  @Test
  void statusSaysWhetherTheMeshWorks() throws Exception {
    assertEquals(0, mesh("status", "--json"));
    assertEquals(1, json(printed()).path("peersUp").asInt());
    peer.become(MeshApi.State.READ_ONLY);
    assertEquals(3, mesh("status"));
    assertTrue(printed().contains("waiting for 2 of 3 peers"));
  }

  @Test
  void statusShowsEachGroup() throws Exception {
    assertEquals(0, mesh("status"));
    List<String> lines = printed().lines().toList();
    assertEquals(
        List.of(
            "group  leader  term  commit  applied  lag  others",
            "3      a       2     12      11       5    b silent, c learner",
            "words  -       -     -       -        -    b silent"),
        lines.subList(lines.size() - 3, lines.size()));
    mesh("status", "--json");
    JsonNode groups = json(printed()).path("groups");
    assertEquals("a", groups.path(0).path("leader").asText());
    assertEquals(5, groups.path(0).path("members").path(1).path("lag").asInt());
    assertTrue(groups.path(1).path("term").isMissingNode());
  }

  @Test
  void membersOfGroupsAreChanged() throws Exception {
    assertEquals(0, consensus("add", "3", "d"));
    assertEquals("d in 3: voter\n", printed());
    assertEquals(4, consensus("add", "3", "slow"));
    assertEquals(0, consensus("transfer", "words", "b"));
    assertEquals(0, consensus("remove", "3", "c"));
    assertEquals(1, consensus("remove", "3", "z"));
    assertTrue(err.toString().contains("z is no member"), err.toString());
    assertEquals(2, execute("consensus"));
  }

  @Test
  void eventsArePrintedWithTheirTimes() {
    PeerId self = new PeerId("self");
    peer.events().record(self, new MeshEvent.ModeChanged("ok", ""));
    peer.events()
        .record(self, new MeshEvent.PeerSuspected(new PeerId("a"), self, Optional.empty()));
    assertEquals(0, mesh("events"));
    List<String> lines = out.toString().lines().toList();
    assertTrue(
        lines.get(0).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  this peer is ok"), lines.get(0));
    assertTrue(lines.get(1).endsWith("self suspects a"), lines.get(1));
    assertEquals(
        0, mesh("events", "--json", "--after", Long.toString(peer.events().latestId() - 1)));
    assertTrue(out.toString().contains("\"event\":\"peer-suspected\""), out.toString());
    assertEquals(2, mesh("events", "--after", "soon"));
  }

  private int consensus(String what, String group, String peer) {
    return execute("consensus", what, "--mesh", this.peer.url(), group, peer);
  }

  @Test
  void noPeerAndNoQuorumAreOneExitCode() throws Exception {
    peer.become(MeshApi.State.STARTING);
    assertEquals(3, mesh("submit", "--kind", "echo"));
    peer.become(MeshApi.State.OK);
    peer.memory().failWith(new TasksException(TasksException.Code.READ_ONLY, "no majority"));
    assertEquals(3, mesh("submit", "--kind", "echo"));
    assertTrue(err.toString().contains("no majority"));
    assertEquals(3, execute("peers", "--mesh", nobody()));
    assertTrue(err.toString().contains("mesh up"));
  }

  @Test
  void aPeerThatIsDownIsPassedOver() throws Exception {
    assertEquals(0, execute("peers", "--mesh", nobody() + "," + peer.url()));
  }

  @Test
  void badAddressesAreNamed() {
    assertEquals(2, execute("peers", "--mesh", "nowhere"));
    assertTrue(err.toString().contains("'nowhere'"));
  }

  @Test
  void aFileOfTasksIsRun() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            "{\"kind\":\"echo\",\"payload\":\"one\"}\n\n{\"kind\":\"echo\",\"payload\":\"two\"}\n");
    assertEquals(0, mesh("run", file.toString()), err.toString());
    assertEquals(List.of("one", "two"), printed().lines().sorted().toList());
  }

  @Test
  void someFailuresHaveAnExitCodeOfTheirOwn() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            "{\"id\":\"f\",\"kind\":\"fail\"}\n{\"kind\":\"nonsense\"}\n{\"kind\":\"echo\"}\n");
    assertEquals(5, mesh("run", file.toString(), "--json"));
    assertEquals(3, printed().lines().count());
  }

  @Test
  void aFileThatIsNotJsonRunsNothing() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("tasks.jsonl"), "{\"id\":\"x\",\"kind\":\"echo\"}\n{oops\n");
    assertEquals(2, mesh("run", file.toString()));
    assertTrue(err.toString().contains("tasks.jsonl:2"), err.toString());
    assertEquals(1, mesh("task", "x"));
  }

  @Test
  void aCommandIsRunForEachFile() throws Exception {
    for (String name : List.of("b.txt", "a.txt", "c.bin")) {
      Files.writeString(folder.resolve(name), name);
    }
    assertEquals(
        0, mesh("run", "--each", folder + "/*.txt", "--", "wc", "-c", "{}"), err.toString());
    List<String> results = printed().lines().sorted().toList();
    assertEquals(2, results.size());
    assertEquals("[wc][-c][" + folder.resolve("a.txt") + "]", results.get(0));
  }

  @Test
  void aCommandIsRunForEachLineOfInput() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("one\n\ntwo words\n".getBytes(UTF_8)));
    try {
      assertEquals(0, mesh("run", "--retries", "2", "--", "echo", "-n"), err.toString());
    } finally {
      System.setIn(before);
    }
    List<String> results = printed().lines().sorted().toList();
    assertEquals(List.of("[echo][-n][one]", "[echo][-n][two words]"), results);
  }

  @Test
  void manyMoreTasksThanMayBeOpenAreAllRun() throws Exception {
    int count = 2 * Job.OPEN + 7;
    StringBuilder tasks = new StringBuilder();
    for (int i = 0; i < count; i++) {
      tasks.append("{\"kind\":\"echo\",\"payload\":\"").append(i).append("\"}\n");
    }
    Path file = Files.writeString(folder.resolve("tasks.jsonl"), tasks);
    assertEquals(0, mesh("run", file.toString()));
    assertEquals(count, printed().lines().distinct().count());
  }

  @Test
  void completionKnowsTheCommands() {
    assertEquals(0, execute("completion"));
    String script = printed();
    assertTrue(script.contains("submit") && script.contains("--kind"));
  }

  private static String nobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  private static List<String> ids(List<String> lines) throws IOException {
    List<String> ids = new ArrayList<>();
    for (String line : lines) {
      ids.add(json(line).path("id").asText());
    }
    return ids;
  }

  private int mesh(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    boolean asks = !arguments[0].equals("demo") && !arguments[0].equals("frobnicate");
    if (asks && !arguments[0].equals("kv")) {
      all.addAll(1, List.of("--mesh", peer.url()));
    }
    return execute(all.toArray(String[]::new));
  }

  private int execute(String... arguments) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private String printed() {
    String text = out.toString();
    out.getBuffer().setLength(0);
    return text;
  }

  private static JsonNode json(String text) throws IOException {
    return Console.MAPPER.readTree(text);
  }
}
