package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How the demo went.
 *
 * @param lost tasks that the mesh accepted and that have no end
 * @param runTwice tasks whose handler was started more than once
 * @param seconds from the first submission to the last end
 * @param shares how many tasks each peer completed
 * @param verified whether every result is what a plain count found
 * @param notes what else the user should know
 */
record DemoSummary(
    int tasks,
    int completed,
    int failed,
    int lost,
    long runTwice,
    double seconds,
    Map<String, Integer> shares,
    boolean verified,
    List<String> notes) {

  double tasksPerSecond() {
    return seconds > 0 ? completed / seconds : 0;
  }

  /** 0 if all is well, 5 if tasks failed and nothing else, 1 if any is lost or wrong. */
  int exitCode() {
    if (lost > 0 || !verified) {
      return ExitCode.FAILED;
    }
    if (failed > 0) {
      return ExitCode.SOME_FAILED;
    }
    return completed == tasks ? ExitCode.DONE : ExitCode.FAILED;
  }

  ObjectNode json() {
    ObjectNode json =
        Console.MAPPER
            .createObjectNode()
            .put("tasks", tasks)
            .put("completed", completed)
            .put("failed", failed)
            .put("lost", lost)
            .put("runTwice", runTwice)
            .put("seconds", rounded(seconds))
            .put("tasksPerSecond", rounded(tasksPerSecond()));
    ArrayNode peers = json.putArray("peers");
    shares.forEach((id, completed) -> peers.addObject().put("id", id).put("completed", completed));
    return json.put("verified", verified);
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  void print(Console console) {
    Table summary = new Table("", "");
    summary.row("tasks", tasks);
    summary.row("completed", completed);
    summary.row("failed", failed);
    summary.row("lost", lost);
    summary.row("run twice", runTwice);
    summary.row("seconds", String.format(Locale.ROOT, "%.2f", seconds));
    summary.row("tasks/s", String.format(Locale.ROOT, "%.0f", tasksPerSecond()));
    summary.lines().stream().skip(1).forEach(console::print);
    console.print("");
    Table peers = new Table("peer", "completed", "share");
    shares.forEach(
        (id, count) ->
            peers.row(id, count, String.format(Locale.ROOT, "%.0f%%", 100.0 * count / completed)));
    peers.lines().forEach(console::print);
    console.print("");
    console.print(
        verified
            ? "Every result equals a plain single-threaded count in this process."
            : "Some results differ from a plain single-threaded count in this process.");
    notes.forEach(console::print);
  }
}
