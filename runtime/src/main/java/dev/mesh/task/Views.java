package dev.mesh.task;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes what can be seen of a task from what its ledger keeps. */
final class Views {
  private Views() {}

  /** The task as the state alone has it: what a replica can tell. */
  static TaskView of(TaskRecord task, boolean whole) {
    return of(task, task.status(), Optional.empty(), Optional.empty(), whole);
  }

  /**
   * The task with what the ledger's memory adds.
   *
   * @param whole with result and history
   */
  static TaskView of(
      TaskRecord task,
      TaskStatus status,
      Optional<AwardsUnderWay.Flight> award,
      Optional<String> why,
      boolean whole) {
    return new TaskView(
        task.id(),
        task.task().kind(),
        status,
        task.peer(),
        task.attempt(),
        task.token(),
        whole ? task.result() : Optional.empty(),
        task.error(),
        whole ? history(task, award) : List.of(),
        task.status() == TaskStatus.QUEUED
            ? Optional.of(why.orElse(waits(task)))
            : Optional.empty(),
        award.flatMap(AwardsUnderWay.Flight::progress),
        false);
  }

  private static String waits(TaskRecord task) {
    return task.notBefore() == 0
        ? "it is offered to the peers"
        : "it is tried again at " + Instant.ofEpochMilli(task.notBefore());
  }

  private static List<TaskView.Entry> history(
      TaskRecord task, Optional<AwardsUnderWay.Flight> award) {
    long startedAt = award.map(AwardsUnderWay.Flight::startedAt).orElse(0L);
    if (startedAt == 0) {
      return task.history();
    }
    List<TaskView.Entry> all = new ArrayList<>(task.history());
    all.add(
        new TaskView.Entry(
            Instant.ofEpochMilli(startedAt), TaskStatus.RUNNING, task.peer(), task.attempt(), ""));
    return all;
  }
}
