package dev.mesh.http;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.task.Task;
import dev.mesh.task.TaskHandler;
import dev.mesh.task.TaskResult;
import dev.mesh.task.TaskStatus;
import dev.mesh.task.TaskView;
import dev.mesh.task.Tasks;
import dev.mesh.task.TasksException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Tasks of one process, for tests of the edges. A task is done at once by the function of its kind;
 * of a kind that is not there it stays queued. What {@link #failWith} is told, calls fail with.
 */
public final class MemoryTasks implements Tasks {
  private final Map<String, Function<Task, Bytes>> kinds;
  private final Map<String, Task> tasks = new ConcurrentSkipListMap<>();
  private final Map<String, TaskView> views = new ConcurrentSkipListMap<>();
  private final Set<String> lost = ConcurrentHashMap.newKeySet();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile TasksException failure;
  private volatile boolean stale;
  private volatile Duration waited = Duration.ZERO;

  /**
   * @param kinds what does the tasks of a kind; a {@link RuntimeException} fails the task
   */
  public MemoryTasks(Map<String, Function<Task, Bytes>> kinds) {
    this.kinds = Map.copyOf(kinds);
  }

  public void failWith(TasksException exception) {
    failWith(exception, Integer.MAX_VALUE);
  }

  /** The next {@code times} calls, or tasks of a batch, fail. */
  public void failWith(TasksException exception, int times) {
    failure = exception;
    failures.set(times);
  }

  /** From now on nobody knows this task. */
  public void lose(String id) {
    lost.add(id);
  }

  public void answerStale() {
    stale = true;
  }

  public Duration waited() {
    return waited;
  }

  @Override
  public void handle(String kind, TaskHandler handler) {
    throw new UnsupportedOperationException("handlers are given to the constructor");
  }

  @Override
  public CompletionStage<TaskResult> submit(Task task) {
    throw new UnsupportedOperationException("the edges do not call this");
  }

  @Override
  public CompletionStage<Submitted> enqueue(Task task) {
    return call(() -> accept(task));
  }

  private Submitted accept(Task task) {
    if (task.kind().equals("nonsense")) {
      throw new TasksException(
          TasksException.Code.INVALID, "kind 'nonsense' is known to no peer; echo is");
    }
    Task before = tasks.putIfAbsent(task.id(), task);
    if (before != null && !before.equals(task)) {
      throw new TasksException(
          TasksException.Code.CONFLICT, "id '" + task.id() + "' names another task");
    }
    if (before == null) {
      views.put(task.id(), run(task));
    }
    return new Submitted(views.get(task.id()), before != null);
  }

  private TaskView run(Task task) {
    Function<Task, Bytes> handler = kinds.get(task.kind());
    if (handler == null) {
      return view(task, TaskStatus.QUEUED, Optional.empty(), Optional.empty());
    }
    try {
      return view(task, TaskStatus.COMPLETED, Optional.of(handler.apply(task)), Optional.empty());
    } catch (RuntimeException e) {
      return view(task, TaskStatus.FAILED, Optional.empty(), Optional.of(e.getMessage()));
    }
  }

  private static TaskView view(
      Task task, TaskStatus status, Optional<Bytes> result, Optional<String> error) {
    boolean ran = status != TaskStatus.QUEUED;
    Optional<PeerId> peer = ran ? Optional.of(new PeerId("fake")) : Optional.empty();
    return new TaskView(
        task.id(),
        task.kind(),
        status,
        peer,
        ran ? 1 : 0,
        ran ? 1 : 0,
        result,
        error,
        List.of(new TaskView.Entry(Instant.EPOCH, status, peer, ran ? 1 : 0, "")),
        ran ? Optional.empty() : Optional.of("no peer runs this kind"),
        Optional.empty(),
        false);
  }

  @Override
  public CompletionStage<List<Outcome>> enqueueAll(List<Task> batch) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Task task : batch) {
      try {
        refuse();
        outcomes.add(Outcome.of(accept(task)));
      } catch (TasksException e) {
        outcomes.add(Outcome.refused(e));
      }
    }
    return CompletableFuture.completedFuture(outcomes);
  }

  @Override
  public CompletionStage<TaskView> get(String id) {
    return call(() -> find(id));
  }

  private TaskView find(String id) {
    TaskView view = views.get(id);
    if (view == null || lost.contains(id)) {
      throw new TasksException(
          TasksException.Code.NOT_FOUND, "no task '" + id + "' was ever submitted");
    }
    return stale ? view.asStale() : view;
  }

  @Override
  public CompletionStage<TaskView> await(String id, Duration wait) {
    waited = wait;
    return get(id);
  }

  @Override
  public CompletionStage<TaskView> cancel(String id) {
    return call(
        () -> {
          TaskView view = find(id);
          if (!view.status().terminal()) {
            views.put(
                id, view(tasks.get(id), TaskStatus.CANCELLED, Optional.empty(), Optional.empty()));
          }
          return find(id);
        });
  }

  @Override
  public CompletionStage<List<TaskView>> list(Query query) {
    return call(
        () ->
            views.values().stream()
                .filter(view -> query.status().map(view.status()::equals).orElse(true))
                .filter(view -> query.after().map(id -> view.id().compareTo(id) > 0).orElse(true))
                .limit(query.limit())
                .toList());
  }

  private void refuse() {
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw failure;
    }
  }

  private <T> CompletionStage<T> call(Supplier<T> answer) {
    try {
      refuse();
      return CompletableFuture.completedFuture(answer.get());
    } catch (TasksException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
