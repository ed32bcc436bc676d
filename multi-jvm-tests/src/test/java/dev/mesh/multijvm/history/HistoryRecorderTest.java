package dev.mesh.multijvm.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryRecorderTest {
  private static final int CLIENTS = 4;
  private static final int CALLS = 200;

  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsRead() {
    Path file = folder.resolve("history.jsonl");
    List<Call> calls =
        List.of(
            new Call.Get("x"),
            new Call.Get("x"),
            new Call.Put("x", "a \"quoted\"\nvalue"),
            new Call.CompareAndSet("y", 3, "b"),
            new Call.CompareAndSet("y", Call.ABSENT, "c"),
            new Call.Delete("z"));
    List<Answer> answers =
        List.of(
            new Answer.Absent(),
            new Answer.Found("b", 4),
            new Answer.Written(5),
            new Answer.Mismatch(),
            new Answer.Failed("503"),
            new Answer.Deleted());
    try (HistoryRecorder recorder = HistoryRecorder.in(file)) {
      for (int i = 0; i < calls.size(); i++) {
        recorder.answered(recorder.called(i, "p1", calls.get(i)), answers.get(i));
        recorder.note("p1 was killed");
      }
      recorder.answered(
          recorder.called(7, "p1", new Call.Get("x")), new Answer.Unknown("time-out"));
      recorder.called(8, "p1", new Call.Delete("x"));
      // While it is still being written.
      assertEquals(8, HistoryReader.read(file).size());
    }

    List<Operation> read = HistoryReader.read(file);
    for (int i = 0; i < calls.size(); i++) {
      assertEquals(calls.get(i), read.get(i).call());
      assertEquals(answers.get(i), read.get(i).answer());
      assertEquals(i, read.get(i).client());
      assertTrue(read.get(i).called() <= read.get(i).returned());
      assertTrue(read.get(i).returned() <= read.get(i + 1).called());
    }
    assertTrue(read.get(6).isUnknown());
    assertTrue(read.get(7).isUnknown());
    assertEquals(Operation.NEVER, read.get(7).returned());
  }

  @Test
  void clientsWriteAtOnce() {
    Path file = folder.resolve("folder").resolve("history.jsonl");
    try (HistoryRecorder recorder = HistoryRecorder.in(file)) {
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        int number = client;
        clients.add(CompletableFuture.runAsync(() -> callOften(recorder, number)));
      }
      clients.forEach(CompletableFuture::join);
    }

    List<Operation> read = HistoryReader.read(file);
    assertEquals(CLIENTS * CALLS, read.size());
    assertEquals(
        CLIENTS * CALLS, read.stream().map(Operation::call).collect(Collectors.toSet()).size());
    assertTrue(read.stream().noneMatch(Operation::isUnknown));
  }

  private static void callOften(HistoryRecorder recorder, int client) {
    for (int i = 0; i < CALLS; i++) {
      long id = recorder.called(client, "p1", new Call.Put("x", client + "-" + i));
      recorder.answered(id, new Answer.Written(i));
    }
  }

  @Test
  void whatIsNoHistoryIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), "{\"id\":1,\"returned\":3}\n");
    assertThrows(UncheckedIOException.class, () -> HistoryReader.read(file));
    assertThrows(UncheckedIOException.class, () -> HistoryReader.read(folder.resolve("none")));
  }
}
