package dev.mesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mesh.http.FakePeer;
import dev.mesh.memory.Entry;
import dev.mesh.memory.MemoryException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KvCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakePeer peer;

  @BeforeEach
  void start() {
    peer = FakePeer.start();
  }

  @AfterEach
  void stop() {
    peer.close();
  }

  private int kv(String what, String... arguments) {
    List<String> all = new ArrayList<>(List.of("kv", what));
    all.addAll(Arrays.asList(arguments));
    if (!all.contains("--mesh")) {
      all.addAll(List.of("--mesh", peer.url()));
    }
    return Main.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }

  private String printed() {
    String text = out.toString();
    out.getBuffer().setLength(0);
    return text;
  }

  private Optional<Entry> entry(String namespace, String key) {
    return peer.shared(namespace).get(key).toCompletableFuture().join();
  }

  @Test
  void aValueIsPutShownAndDeleted() throws Exception {
    assertEquals(0, kv("put", "a/b c", "grüße"));
    assertEquals("1\n", printed());
    assertEquals(0, kv("get", "a/b c"));
    assertEquals("grüße\n", printed());
    assertEquals(0, kv("get", "a/b c", "--json", "--stale"));
    JsonNode json = Console.MAPPER.readTree(printed());
    assertEquals(1, json.path("version").asLong());
    assertTrue(json.path("stale").asBoolean());
    assertEquals(0, kv("delete", "a/b c"));
    assertEquals(1, kv("get", "a/b c"));
    assertTrue(err.toString().contains("'a/b c' is not in namespace 'default'"), err.toString());
    assertEquals(1, kv("delete", "a/b c"));
  }

  @Test
  void aNamespaceAndATimeToLiveAreGiven() {
    assertEquals(0, kv("put", "-n", "leases", "k", "v", "--ttl", "1h"));
    assertEquals(
        "1970-01-01T01:00:00Z",
        entry("leases", "k").orElseThrow().expires().orElseThrow().toString());
  }

  @Test
  void bytesComeFromStandardInputAndGoToAFile() throws Exception {
    byte[] bytes = {(byte) 0xff, 0, '\n'};
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(bytes));
    try {
      assertEquals(0, kv("put", "k", "-"));
    } finally {
      System.setIn(before);
    }
    assertArrayEquals(bytes, entry("default", "k").orElseThrow().value().toArray());
    assertEquals(1, kv("get", "k"));
    assertTrue(err.toString().contains("--out"), err.toString());
    Path file = folder.resolve("value");
    assertEquals(0, kv("get", "k", "--out", file.toString()));
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  @Test
  void theUsageIsShownAndWhatDoesNotFitIsNoWrongUsage() throws Exception {
    assertEquals(0, kv("put", "k", "v"));
    printed();
    assertEquals(0, kv("usage", "--json"));
    assertEquals(
        Console.MAPPER.readTree(
            """
            {"group":3,"keys":1,"maxKeys":10,"bytes":1,"maxBytes":1000}
            """),
        Console.MAPPER.readTree(printed()));
    assertEquals(0, kv("usage"));
    assertTrue(printed().contains("1000"));
    peer.shared("default")
        .refuse(new MemoryException(MemoryException.Code.FULL, "no room for 'k'"));
    assertEquals(1, kv("put", "k", "v"));
    assertTrue(err.toString().contains("no room for 'k'"), err.toString());
  }

  @Test
  void compareAndSetGoesByTheVersion() {
    assertEquals(0, kv("cas", "k", "absent", "a"));
    assertEquals(1, kv("cas", "k", "absent", "b"));
    assertTrue(err.toString().contains("has version 1"), err.toString());
    assertEquals(0, kv("cas", "k", "1", "b"));
    assertEquals(1, kv("delete", "k", "--if-version", "1"));
    assertEquals(0, kv("delete", "k", "--if-version", "2"));
    assertEquals(2, kv("cas", "k", "soon", "b"));
    assertEquals(2, kv("put", "", "b"));
  }

  @Test
  void allPagesAreListed() {
    for (int i = 0; i < 600; i++) {
      peer.shared("default").put("k" + i, ("v" + i).getBytes(UTF_8));
    }
    assertEquals(0, kv("list", "k", "--json"));
    assertEquals(600, printed().lines().count());
    assertEquals(0, kv("list", "k59"));
    List<String> lines = printed().lines().toList();
    assertEquals(12, lines.size());
    assertTrue(lines.get(1).matches("k59 +60 +- +v59"), lines.get(1));
  }

  @Test
  void aWatchTellsUntilNoPeerAnswers() {
    kv("put", "k", "v");
    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> kv("watch"));
    Awaitility.await().until(() -> out.toString().contains("ready"));
    peer.close();
    assertEquals(3, exit.orTimeout(30, TimeUnit.SECONDS).join());
    assertTrue(out.toString().contains("put k 1 v\nready\n"), out.toString());
  }

  @Test
  void aWriteWhoseOutcomeIsUnknownIsNotRepeated() {
    peer.shared("default")
        .refuse(new MemoryException(MemoryException.Code.UNAVAILABLE, "who knows", false));
    try (FakePeer other = FakePeer.start()) {
      assertEquals(3, kv("put", "k", "v", "--mesh", peer.url() + "," + other.url()));
      assertTrue(other.shared("default").get("k").toCompletableFuture().join().isEmpty());
    }
    assertTrue(err.toString().contains("who knows"), err.toString());
  }
}
