package dev.mesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.http.FakePeer;
import dev.mesh.task.TasksException;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A job goes on while peers come and go. */
@Timeout(60)
class JobTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Noted record = new Noted();
  private FakePeer first;
  private FakePeer second;

  @BeforeEach
  void start() {
    first = FakePeer.start();
    second = first.another();
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  @Test
  void whenItsPeerDiesItGoesOnWithTheNext() {
    int count = 1_500;
    record.atEnd(300, first::close);
    new Job(client(PATIENCE), PATIENCE, record).run(tasks(count));
    assertEquals(count, record.ended.size());
    assertEquals(count, record.accepted.size());
  }

  @Test
  void whatIsTooMuchAtOnceIsOfferedAgain() {
    first.memory().failWith(new TasksException(TasksException.Code.TOO_MUCH, "later"), 7);
    new Job(client(PATIENCE), PATIENCE, record).run(tasks(10));
    assertEquals(10, record.ended.size());
    assertEquals(0, record.refused.size());
  }

  @Test
  void withoutPatienceItIsRefused() {
    first.memory().failWith(new TasksException(TasksException.Code.TOO_MUCH, "later"), 7);
    new Job(client(Duration.ZERO), Duration.ZERO, record).run(tasks(10));
    assertEquals(3, record.ended.size());
    assertEquals(7, record.refused.size());
  }

  @Test
  void anAcceptedTaskThatNobodyKnowsIsLost() {
    first.memory().lose("t3");
    new Job(client(PATIENCE), PATIENCE, record).run(tasks(10));
    assertEquals(9, record.ended.size());
    assertEquals(Set.of("t3"), record.lost);
  }

  @Test
  void withoutAnyPeerItEndsOnceItsPatienceIsOver() {
    record.atEnd(
        1,
        () -> {
          first.close();
          second.close();
        });
    Duration brief = Duration.ofMillis(300);
    CliException failure =
        assertThrows(
            CliException.class, () -> new Job(client(brief), brief, record).run(tasks(5_000)));
    assertEquals(ExitCode.NO_QUORUM, failure.exitCode());
    assertTrue(record.ended.size() < 5_000);
  }

  private MeshClient client(Duration patience) {
    List<URI> peers = List.of(URI.create(first.url()), URI.create(second.url()));
    return new MeshClient(peers, Optional.empty(), patience);
  }

  private static Iterator<ObjectNode> tasks(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Console.MAPPER.createObjectNode().put("id", "t" + i).put("kind", "echo"))
        .iterator();
  }

  private static final class Noted implements Job.Listener {
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ends = new AtomicInteger();
    private int turn = -1;
    private Runnable atTurn = () -> {};

    void atEnd(int number, Runnable action) {
      turn = number;
      atTurn = action;
    }

    @Override
    public void accepted(String id) {
      accepted.add(id);
    }

    @Override
    public void refused(String id, JsonNode error) {
      refused.add(id);
    }

    @Override
    public void ended(JsonNode task) {
      ended.add(task.path("id").asText());
      if (ends.incrementAndGet() == turn) {
        atTurn.run();
      }
    }

    @Override
    public void lost(String id, String reason) {
      lost.add(id);
    }
  }
}
