package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** Follows one task to its end. */
final class WaitForTask {
  /** Peers hold a request for this long at most, so that one that dies is soon noticed. */
  private static final Duration SLICE = Duration.ofSeconds(20);

  private WaitForTask() {}

  /** The task once it has ended, or as it stands when {@code wait} has passed. */
  static JsonNode until(MeshClient client, String id, Duration wait) {
    long start = System.nanoTime();
    while (true) {
      Duration left = wait.minusNanos(System.nanoTime() - start);
      Duration slice = left.isNegative() ? Duration.ZERO : left.compareTo(SLICE) < 0 ? left : SLICE;
      JsonNode task = client.get("/v1/tasks/" + id + "?wait=" + slice, slice);
      if (TaskText.ended(task) || slice.isZero()) {
        return task;
      }
    }
  }

  /** Says how the task stands, and what that means for the exit code of one who waited. */
  static int report(Console console, JsonNode task, boolean json) {
    if (json) {
      console.print(task);
    } else {
      TaskText.describe(console, task);
    }
    if (!TaskText.ended(task)) {
      console.say("mesh: task " + task.path("id").asText() + " has not ended yet");
      return ExitCode.TIMED_OUT;
    }
    return TaskText.completed(task) ? ExitCode.DONE : ExitCode.FAILED;
  }
}
