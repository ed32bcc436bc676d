package dev.mesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoJobTest {
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;

  @Test
  void aPlainCountKnowsDigestsLinesAndWords() throws Exception {
    Path abc = Files.writeString(folder.resolve("abc"), "abc");
    assertEquals(new PlainCount(ABC, 0, 1, 3), PlainCount.of(abc));
    Path text = Files.writeString(folder.resolve("text"), " two words\n\tand\r\nthree more \n");
    PlainCount count = PlainCount.of(text);
    assertEquals(List.of(3L, 5L, 29L), List.of(count.lines(), count.words(), count.bytes()));
    Path empty = Files.createFile(folder.resolve("empty"));
    assertEquals(0, PlainCount.of(empty).words());
  }

  @Test
  void everyFileButBuiltOnesIsWorkedOnTwice() throws Exception {
    for (String name : List.of("a", "sub/b", "target/c", ".git/d", "sub/target/e")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("a"));
    DemoJob job = DemoJob.of(folder);
    List<ObjectNode> tasks = new ArrayList<>();
    job.tasks().forEachRemaining(tasks::add);
    assertEquals(2, job.files());
    assertEquals(
        List.of("sha256", "wordcount", "sha256", "wordcount"),
        tasks.stream().map(task -> task.path("kind").asText()).toList());
    assertEquals(4, tasks.stream().map(task -> task.path("id").asText()).distinct().count());
    assertTrue(tasks.get(3).path("payload").toString().contains("sub/b"));
  }

  @Test
  void aFolderWithoutFilesIsWrongUsage() {
    CliException failure = assertThrows(CliException.class, () -> DemoJob.of(folder));
    assertEquals(ExitCode.WRONG_USAGE, failure.exitCode());
  }

  @Test
  void eachWrongResultIsFound() throws Exception {
    Files.writeString(folder.resolve("abc"), "abc");
    DemoJob job = DemoJob.of(folder);
    Map<String, String> results = new HashMap<>();
    assertEquals(List.of(), job.differences(results), "no result is no wrong result");
    results.put("sha256-0", ABC);
    results.put("wordcount-0", "{\"lines\":0,\"words\":1,\"bytes\":3}");
    assertEquals(List.of(), job.differences(results));
    results.put("wordcount-0", "{\"lines\":0,\"words\":2,\"bytes\":3}");
    assertEquals(1, job.differences(results).size());
    results.put("sha256-0", ABC.replace('a', 'b'));
    results.put("wordcount-0", "nonsense");
    assertEquals(2, job.differences(results).size());
  }

  @Test
  void tasksThatStartedTwiceAreCountedOverAllPeers() throws Exception {
    Path one = Files.writeString(folder.resolve("1"), "a 1 1 2030-01-01T00:00:00Z\nb 1 1 x\n");
    Path two = Files.writeString(folder.resolve("2"), "a 2 2 x\nc 1 1 x\nc 2 2 x\nc 3 3 x\n");
    assertEquals(2, ExecutionLogs.runMoreThanOnce(List.of(one, two)));
    assertEquals(0, ExecutionLogs.runMoreThanOnce(List.of(one)));
  }

  @Test
  void lostTasksAreThoseAcceptedWithoutAnEnd() {
    int[] halves = {0};
    DemoTally tally = new DemoTally(4, () -> halves[0]++);
    for (String id : List.of("a", "b", "c")) {
      tally.accepted(id);
    }
    ObjectNode refusal = Console.MAPPER.createObjectNode().put("message", "too bad");
    tally.refused("d", refusal);
    tally.ended(end("a", "completed"));
    tally.ended(end("b", "failed"));
    tally.lost("c", "unknown");
    assertEquals(1, tally.completed());
    assertEquals(2, tally.failed());
    assertEquals(1, tally.lost());
    assertEquals(Map.of("p", 1), tally.shares());
    assertEquals(1, halves[0]);
    assertEquals(3, tally.failures().size());
  }

  @Test
  void theSummarySaysHowItWent() {
    DemoSummary good = summary(4, 0, 0, true);
    assertEquals(0, good.exitCode());
    assertEquals(
        "{\"tasks\":4,\"completed\":4,\"failed\":0,\"lost\":0,\"runTwice\":1,\"seconds\":2.0,"
            + "\"tasksPerSecond\":2.0,\"peers\":[{\"id\":\"p\",\"completed\":4}],\"verified\":true}",
        good.json().toString());
    assertEquals(5, summary(3, 1, 0, true).exitCode());
    assertEquals(1, summary(3, 0, 1, true).exitCode());
    assertEquals(1, summary(4, 0, 0, false).exitCode());
    assertFalse(summary(4, 0, 0, false).json().path("verified").asBoolean());
  }

  private static DemoSummary summary(int completed, int failed, int lost, boolean verified) {
    return new DemoSummary(
        4, completed, failed, lost, 1, 2, Map.of("p", completed), verified, List.of());
  }

  private static ObjectNode end(String id, String status) {
    return Console.MAPPER.createObjectNode().put("id", id).put("status", status).put("peer", "p");
  }
}
