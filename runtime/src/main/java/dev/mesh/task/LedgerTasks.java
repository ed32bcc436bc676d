package dev.mesh.task;

import dev.mesh.task.TasksException.Code;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** {@link Tasks} over the shard region of the ledgers. */
public final class LedgerTasks implements Tasks {
  /** A wait is asked for in pieces of this, so that a ledger that moves forgets little of it. */
  private static final Duration WAIT_PIECE = Duration.ofSeconds(5);

  private final LedgerSettings settings;
  private final Handlers handlers;
  private final Supplier<Optional<String>> readOnly;
  private final LedgerReplica.Source replicas;
  private final LedgerClient client;
  private final InstantSource clock;

  /**
   * A client of the ledgers behind {@code region}.
   *
   * @param readOnly why this peer takes no writes now, if so
   * @param replicas what reads are answered from meanwhile
   */
  public LedgerTasks(
      ActorSystem<?> system,
      ActorRef<LedgerCommand.Sent> region,
      LedgerSettings settings,
      Handlers handlers,
      Supplier<Optional<String>> readOnly,
      LedgerReplica.Source replicas,
      InstantSource clock) {
    this.settings = settings;
    this.handlers = handlers;
    this.readOnly = readOnly;
    this.replicas = replicas;
    this.client = new LedgerClient(system, region, clock);
    this.clock = clock;
  }

  @Override
  public void handle(String kind, TaskHandler handler) {
    handlers.put(kind, handler);
  }

  @Override
  public CompletionStage<TaskResult> submit(Task task) {
    return enqueue(task).thenCompose(submitted -> awaitEnd(task.id())).thenApply(LedgerTasks::end);
  }

  private CompletionStage<TaskView> awaitEnd(String id) {
    return await(id, WAIT_PIECE)
        .handle(
            (view, failure) -> {
              if (failure == null && view.status().terminal()) {
                return CompletableFuture.completedFuture(view);
              }
              if (failure != null
                  && !(LedgerClient.cause(failure) instanceof TasksException refusal
                      && refusal.code().httpStatus() >= 429)) {
                return CompletableFuture.<TaskView>failedFuture(LedgerClient.cause(failure));
              }
              return client.afterPause(() -> awaitEnd(id));
            })
        .thenCompose(stage -> stage);
  }

  private static TaskResult end(TaskView view) {
    if (view.result().isEmpty()) {
      throw new TasksException(
          Code.NOT_COMPLETED,
          "task '"
              + view.id()
              + "' "
              + (view.status() == TaskStatus.CANCELLED ? "was " : "")
              + view.status().text()
              + view.error().map(error -> ": " + error).orElse(""));
    }
    return new TaskResult(view.id(), view.result().get(), view.peer(), view.attempt());
  }

  @Override
  public CompletionStage<Submitted> enqueue(Task task) {
    return enqueueAll(List.of(task))
        .thenCompose(
            outcomes -> {
              Outcome outcome = outcomes.get(0);
              return outcome
                  .submitted()
                  .map(CompletableFuture::completedFuture)
                  .orElseGet(() -> CompletableFuture.failedFuture(outcome.refusal().orElseThrow()));
            });
  }

  @Override
  public CompletionStage<List<Outcome>> enqueueAll(List<Task> tasks) {
    Outcome[] outcomes = new Outcome[tasks.size()];
    Map<Integer, List<Integer>> byLedger = new TreeMap<>();
    for (int i = 0; i < outcomes.length; i++) {
      Optional<TasksException> refusal = refusal(tasks.get(i));
      if (refusal.isPresent()) {
        outcomes[i] = Outcome.refused(refusal.get());
      } else {
        byLedger.computeIfAbsent(ledger(tasks.get(i).id()), any -> new ArrayList<>()).add(i);
      }
    }
    List<CompletableFuture<Void>> all = new ArrayList<>();
    byLedger.forEach(
        (ledger, indexes) -> {
          // One message after the other for each ledger: it is not flooded.
          CompletionStage<Void> done = CompletableFuture.completedFuture(null);
          for (List<Integer> part :
              Batches.cut(indexes, i -> LedgerCommand.Submit.bytes(tasks.get(i)))) {
            done = done.thenCompose(any -> send(ledger, part, tasks, outcomes));
          }
          all.add(done.toCompletableFuture());
        });
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(any -> List.of(outcomes));
  }

  private Optional<TasksException> refusal(Task task) {
    Optional<String> readOnlyWhy = readOnly.get();
    if (readOnlyWhy.isPresent()) {
      return readOnlyWhy.map(LedgerTasks::readOnlyRefusal);
    }
    if (task.payload().length() > settings.maxPayload()) {
      return Optional.of(
          new TasksException(Code.TOO_LARGE, LedgerCore.tooLarge(task, settings.maxPayload())));
    }
    return Optional.empty();
  }

  private CompletionStage<Void> send(
      int ledger, List<Integer> part, List<Task> tasks, Outcome[] outcomes) {
    List<Task> sent = part.stream().map(tasks::get).toList();
    return client
        .ask(
            replyTo -> new LedgerCommand.Submit(ledger, sent, replyTo),
            settings.callTimeout(),
            true)
        .handle(
            (reply, failure) -> {
              for (int i = 0; i < part.size(); i++) {
                outcomes[part.get(i)] =
                    failure != null
                        ? Outcome.refused(refusal(failure))
                        : outcome(((LedgerReply.Taken) reply).answers().get(i));
              }
              return null;
            });
  }

  private static TasksException refusal(Throwable failure) {
    return LedgerClient.cause(failure) instanceof TasksException refusal
        ? refusal
        : new TasksException(Code.UNAVAILABLE, "the call failed: " + failure, false);
  }

  private static Outcome outcome(LedgerReply.Answer answer) {
    return answer
        .view()
        .map(view -> Outcome.of(new Submitted(view, answer.existing())))
        .orElseGet(() -> Outcome.refused(answer.refusal().orElseThrow().exception()));
  }

  @Override
  public CompletionStage<TaskView> get(String id) {
    int ledger = ledger(Task.checkId(id));
    Optional<String> readOnlyWhy = readOnly.get();
    if (readOnlyWhy.isPresent()) {
      return getStale(ledger, id, readOnlyWhy.get());
    }
    return client
        .ask(
            replyTo -> new LedgerCommand.Get(ledger, id, 0, replyTo), settings.callTimeout(), false)
        .thenApply(LedgerTasks::view);
  }

  /** A replica that is behind cannot tell that a task does not exist: no answer is NOT_FOUND. */
  private CompletionStage<TaskView> getStale(int ledger, String id, String why) {
    return replicas
        .read(ledger)
        .map(read -> read.thenApply(replica -> replica.view(id)))
        .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()))
        .thenApply(held -> held.orElseThrow(() -> notHere(why, id)));
  }

  @Override
  public CompletionStage<TaskView> await(String id, Duration wait) {
    return await(ledger(Task.checkId(id)), id, clock.millis() + wait.toMillis());
  }

  private CompletionStage<TaskView> await(int ledger, String id, long until) {
    long left = until - clock.millis();
    if (left <= 0) {
      return get(id);
    }
    CompletionStage<TaskView> asked;
    if (readOnly.get().isPresent()) {
      asked = client.afterPause(() -> get(id));
    } else {
      Duration piece = Duration.ofMillis(Math.min(left, WAIT_PIECE.toMillis()));
      asked =
          client
              .askOnce(
                  replyTo -> new LedgerCommand.Get(ledger, id, piece.toMillis(), replyTo), piece)
              .thenApply(LedgerTasks::view);
    }
    return asked
        .handle(
            (view, failure) -> {
              Throwable cause = LedgerClient.cause(failure);
              boolean unanswered =
                  cause instanceof TimeoutException
                      || (cause instanceof TasksException refusal
                          && refusal.code() == Code.UNAVAILABLE);
              if (failure != null && !unanswered) {
                return CompletableFuture.<TaskView>failedFuture(cause);
              }
              if (failure == null && (view.status().terminal() || clock.millis() >= until)) {
                return CompletableFuture.completedFuture(view);
              }
              return failure == null
                  ? await(ledger, id, until)
                  : client.afterPause(() -> await(ledger, id, until));
            })
        .thenCompose(stage -> stage);
  }

  @Override
  public CompletionStage<TaskView> cancel(String id) {
    int ledger = ledger(Task.checkId(id));
    Optional<String> readOnlyWhy = readOnly.get();
    if (readOnlyWhy.isPresent()) {
      return CompletableFuture.failedFuture(readOnlyRefusal(readOnlyWhy.get()));
    }
    return client
        .ask(replyTo -> new LedgerCommand.Cancel(ledger, id, replyTo), settings.callTimeout(), true)
        .thenApply(LedgerTasks::view);
  }

  @Override
  public CompletionStage<List<TaskView>> list(Query query) {
    List<CompletableFuture<List<TaskView>>> parts = new ArrayList<>();
    for (int i = 0; i < settings.ledgers(); i++) {
      parts.add(list(i, query).toCompletableFuture());
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(
            any ->
                parts.stream()
                    .flatMap(part -> part.join().stream())
                    .sorted(Comparator.comparing(TaskView::id))
                    .limit(query.limit())
                    .toList());
  }

  private CompletionStage<List<TaskView>> list(int ledger, Query query) {
    if (readOnly.get().isPresent()) {
      return replicas
          .read(ledger)
          .map(read -> read.thenApply(replica -> replica.list(query)))
          .orElseGet(() -> CompletableFuture.completedStage(List.of()));
    }
    return client
        .ask(
            replyTo ->
                new LedgerCommand.ListTasks(
                    ledger, query.status(), query.limit(), query.after(), replyTo),
            settings.callTimeout(),
            false)
        .thenApply(reply -> ((LedgerReply.Listing) reply).views());
  }

  private int ledger(String id) {
    return Digests.ledgerOf(id, settings.ledgers());
  }

  private static TaskView view(LedgerReply reply) {
    if (reply instanceof LedgerReply.Refusal refusal) {
      throw refusal.exception();
    }
    return ((LedgerReply.Shown) reply).view();
  }

  private static TasksException notHere(String why, String id) {
    return new TasksException(
        Code.READ_ONLY, why + "; nor does it hold a copy of task '" + id + "': ask another peer");
  }

  private static TasksException readOnlyRefusal(String why) {
    return new TasksException(Code.READ_ONLY, why + "; try another peer, or again later");
  }
}
