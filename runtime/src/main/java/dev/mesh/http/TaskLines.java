package dev.mesh.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.protocols.Bytes;
import dev.mesh.task.Task;
import dev.mesh.task.Tasks;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;

/**
 * Tasks as NDJSON: a task a line goes in, an answer a line comes out, in the same order. Lines are
 * submitted in bounded batches, one batch at a time, so a client that sends faster than the mesh
 * takes is slowed down. A line that is wrong is answered with an error object and the others go on;
 * blank lines are skipped. Answers wait in a bounded buffer for a client that reads only after it
 * has sent; beyond that the client is not read from either.
 */
final class TaskLines {
  private static final Duration GATHER = Duration.ofMillis(20);
  private static final int WAITING_ANSWERS = 512;

  private final Tasks tasks;
  private final HttpSettings settings;

  TaskLines(Tasks tasks, HttpSettings settings) {
    this.tasks = tasks;
    this.settings = settings;
  }

  /** From chunks of NDJSON to chunks of NDJSON. */
  Flow<ByteString, ByteString, NotUsed> flow() {
    int maxLine = Math.toIntExact(settings.maxBody());
    return Flow.of(ByteString.class)
        .concat(Source.single(ByteString.fromString("\n")))
        .statefulMapConcat(() -> new LineSplitter(maxLine)::feed)
        .map(TaskLines::read)
        .groupedWeightedWithin(
            settings.batchBytes(), settings.batchTasks(), line -> (long) line.size(), GATHER)
        .mapAsync(1, this::submit)
        .buffer(WAITING_ANSWERS, OverflowStrategy.backpressure());
  }

  private static Line read(LineSplitter.Line line) {
    try {
      Bytes json =
          line.content()
              .orElseThrow(
                  () -> new Problem(413, "too-large", "the line is over mesh.http.max-body bytes"));
      return new Line(
          line.number(), json.length(), Optional.of(TaskJson.parse(json.toArray())), null);
    } catch (RuntimeException e) {
      return new Line(line.number(), 0, Optional.empty(), Problem.of(e));
    }
  }

  private CompletionStage<ByteString> submit(List<Line> batch) {
    List<Task> valid = batch.stream().flatMap(line -> line.task().stream()).toList();
    return tasks.enqueueAll(valid).thenApply(outcomes -> answers(batch, outcomes));
  }

  private static ByteString answers(List<Line> batch, List<Tasks.Outcome> outcomes) {
    Iterator<Tasks.Outcome> next = outcomes.iterator();
    ByteStringBuilder answers = new ByteStringBuilder();
    for (Line line : batch) {
      ObjectNode answer =
          line.task().isPresent() ? answer(line, next.next()) : refusal(line, line.problem());
      answers.putBytes(TaskJson.bytes(answer)).putByte((byte) '\n');
    }
    return answers.result();
  }

  private static ObjectNode answer(Line line, Tasks.Outcome outcome) {
    return outcome
        .submitted()
        .map(submitted -> TaskJson.brief(submitted.view()))
        .orElseGet(() -> refusal(line, Problem.of(outcome.refusal().orElseThrow())));
  }

  private static ObjectNode refusal(Line line, Problem problem) {
    ObjectNode json = TaskJson.write(problem).put("line", line.number());
    line.task().ifPresent(task -> json.put("id", task.id()));
    return json;
  }

  /**
   * @param problem why there is no task, where there is none
   */
  private record Line(long number, int size, Optional<Task> task, Problem problem) {}
}
