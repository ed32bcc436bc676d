package dev.mesh.task;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Gives work to the mesh and asks after it; any peer answers for all. Thread-safe; nothing here
 * blocks. Every stage fails with {@link TasksException}, which says why and whether the outcome is
 * known.
 */
public interface Tasks {

  /** The most tasks that {@link #list} gives at once. */
  int MAX_LIST = 500;

  /**
   * From now on this peer runs tasks of {@code kind} with {@code handler}, which replaces one that
   * was given before.
   *
   * @throws InvalidTaskException if {@code kind} cannot name a kind
   */
  void handle(String kind, TaskHandler handler);

  /**
   * Submits a task and waits for its end, without a bound of its own: give the task a deadline. The
   * stage fails with {@code NOT_COMPLETED} if the task ends without a result. If this peer stops,
   * the task runs on: ask any other with {@link #await}.
   */
  CompletionStage<TaskResult> submit(Task task);

  /**
   * Submits a task. The stage completes once the task is on disk at a majority: from then on it is
   * not lost. The same task under the same id again is answered with the one that is there; another
   * task under a taken id fails with {@code CONFLICT}.
   */
  CompletionStage<Submitted> enqueue(Task task);

  /**
   * Submits many tasks, each on its own: some may be taken and others refused. The stage completes
   * with one answer for each task, in the order of {@code tasks}, and does not fail.
   */
  CompletionStage<List<Outcome>> enqueueAll(List<Task> tasks);

  /**
   * The task as it stands; fails with {@code NOT_FOUND} or {@code GONE}. Without a majority, as
   * this peer's own copy has it, marked stale, or {@code READ_ONLY} if it has none.
   */
  CompletionStage<TaskView> get(String id);

  /** The task once it has ended, or as it stands when {@code wait} has passed. */
  CompletionStage<TaskView> await(String id, Duration wait);

  /**
   * Cancels the task unless it has ended, and gives it as it stands then. A handler that runs is
   * told and interrupted; its result is refused.
   */
  CompletionStage<TaskView> cancel(String id);

  /** Tasks in the order of their ids, without results and histories. */
  CompletionStage<List<TaskView>> list(Query query);

  /**
   * A task that the mesh has taken.
   *
   * @param view the task as it stands
   * @param existing true if the id named the same task already
   */
  record Submitted(TaskView view, boolean existing) {}

  /** What became of one task of many: exactly one of the two is present. */
  record Outcome(Optional<Submitted> submitted, Optional<TasksException> refusal) {
    public static Outcome of(Submitted submitted) {
      return new Outcome(Optional.of(submitted), Optional.empty());
    }

    public static Outcome refused(TasksException refusal) {
      return new Outcome(Optional.empty(), Optional.of(refusal));
    }
  }

  /**
   * Which tasks to list.
   *
   * @param status these alone; all when absent
   * @param limit 1 to {@link #MAX_LIST}
   * @param after only ids greater than this one, so that a listing can be continued
   */
  record Query(Optional<TaskStatus> status, int limit, Optional<String> after) {
    public Query {
      if (limit < 1 || limit > MAX_LIST) {
        throw new InvalidTaskException("limit " + limit + " is not in 1 to " + MAX_LIST);
      }
    }
  }
}
