package dev.mesh.multijvm.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.history.HistoryReader;
import dev.mesh.multijvm.history.HistoryRecorder;
import dev.mesh.multijvm.history.LinearizabilityChecker;
import dev.mesh.multijvm.history.Operation;
import dev.mesh.multijvm.history.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients and the checker together, on one copy of the data that is right or wrong. */
class MemoryLoadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int WRITES = 400;
  private static final MemoryLoad.Shape SHAPE =
      new MemoryLoad.Shape(6, 2, Duration.ofMillis(1), 11);

  @TempDir private Path folder;

  @Test
  void oneHonestCopyIsLinearizableEvenIfManyAnswersAreLost() {
    try (FakeMemory memory = new FakeMemory()) {
      memory.misbehave(reply -> reply.number() % 20 == 0 ? reply.with(0, "") : reply);
      List<Operation> history = load(memory);
      assertTrue(history.stream().anyMatch(Operation::isUnknown));
      Verdict verdict = LinearizabilityChecker.forMemory().check(history);
      assertInstanceOf(Verdict.Linearizable.class, verdict, verdict::toString);
    }
  }

  @Test
  void staleReadsAreFound() {
    try (FakeMemory memory = new FakeMemory()) {
      memory.answerStale();
      Verdict verdict = LinearizabilityChecker.forMemory().check(load(memory));
      assertInstanceOf(Verdict.NotLinearizable.class, verdict, verdict::toString);
    }
  }

  private List<Operation> load(FakeMemory memory) {
    Path file = folder.resolve("history.jsonl");
    try (HistoryRecorder recorder = HistoryRecorder.in(file);
        MemoryHttp http = new MemoryHttp("ns", PATIENCE);
        MemoryLoad load =
            MemoryLoad.start(http, recorder, List.of(memory.address(), memory.address()), SHAPE)) {
      await()
          .atMost(PATIENCE)
          .failFast(load::check)
          .until(() -> load.written(0) > WRITES / 2 && load.written(1) > WRITES / 2);
      load.stop();
    }
    return HistoryReader.read(file);
  }
}
