package dev.mesh.task;

import dev.mesh.task.TasksException.Code;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.pattern.Patterns;

/**
 * Asks ledgers, and asks again within a time limit while a ledger moves or fails: everything asked
 * may safely be asked twice. Thread-safe.
 */
final class LedgerClient {
  /** A call without an answer is repeated after this: a message may be lost with a peer. */
  private static final Duration ATTEMPT = Duration.ofSeconds(3);

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final ActorSystem<?> system;
  private final ActorRef<LedgerCommand.Sent> region;
  private final InstantSource clock;

  LedgerClient(ActorSystem<?> system, ActorRef<LedgerCommand.Sent> region, InstantSource clock) {
    this.system = system;
    this.region = region;
    this.clock = clock;
  }

  /**
   * Asks until there is an answer or {@code limit} has passed; then the stage fails with {@code
   * UNAVAILABLE}. A refusal fails the stage as well.
   *
   * @param write whether an unanswered call may have had an effect
   */
  CompletionStage<LedgerReply> ask(
      Function<ActorRef<LedgerReply>, LedgerCommand.Sent> command, Duration limit, boolean write) {
    return ask(command, clock.millis() + limit.toMillis(), limit, write, false);
  }

  /** One attempt, answered within {@code wait} and some grace for the way. */
  CompletionStage<LedgerReply> askOnce(
      Function<ActorRef<LedgerReply>, LedgerCommand.Sent> command, Duration wait) {
    return attempt(command, wait.plus(ATTEMPT));
  }

  /** Completes after a short pause, for a caller that is going to ask again. */
  <T> CompletionStage<T> afterPause(Callable<CompletionStage<T>> next) {
    return here(Patterns.after(PAUSE, system, next));
  }

  private CompletionStage<LedgerReply> ask(
      Function<ActorRef<LedgerReply>, LedgerCommand.Sent> command,
      long until,
      Duration limit,
      boolean write,
      boolean unknownBefore) {
    return attempt(command, ATTEMPT)
        .handle(
            (reply, failure) -> {
              boolean timedOut = cause(failure) instanceof TimeoutException;
              if (failure != null && !timedOut) {
                throw new CompletionException(failure);
              }
              LedgerReply.Refusal refusal = reply instanceof LedgerReply.Refusal r ? r : null;
              boolean again = timedOut || (refusal != null && refusal.code() == Code.UNAVAILABLE);
              if (refusal != null && !again) {
                throw refusal.exception();
              }
              if (!again) {
                return CompletableFuture.completedFuture(reply);
              }
              boolean unknown = unknownBefore || (write && (timedOut || !refusal.outcomeKnown()));
              if (clock.millis() >= until) {
                throw unavailable(limit, unknown);
              }
              return this.<LedgerReply>afterPause(() -> ask(command, until, limit, write, unknown));
            })
        .thenCompose(stage -> stage);
  }

  private CompletionStage<LedgerReply> attempt(
      Function<ActorRef<LedgerReply>, LedgerCommand.Sent> command, Duration wait) {
    return here(AskPattern.ask(region, command::apply, wait, system.scheduler()));
  }

  /**
   * The same, but what follows runs on this system's threads. A future of Scala's would take the
   * JDK's default for each step, which on a machine with two processors is a new thread.
   */
  private <T> CompletionStage<T> here(CompletionStage<T> stage) {
    CompletableFuture<T> same = new CompletableFuture<>();
    stage.whenCompleteAsync(
        (value, failure) -> {
          if (failure == null) {
            same.complete(value);
          } else {
            same.completeExceptionally(failure);
          }
        },
        system.executionContext());
    return same;
  }

  private static TasksException unavailable(Duration limit, boolean unknown) {
    return new TasksException(
        Code.UNAVAILABLE,
        "no answer within "
            + limit
            + (unknown
                ? ": whether it was done is unknown; asking again under the same id is safe"
                : ": nothing was done; try again when a majority of the peers is up"),
        !unknown);
  }

  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
