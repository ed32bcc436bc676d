package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.persistence.replicated.ReplicatedLogException.Reason;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.Slices;
import dev.mesh.persistence.replicated.journal.JournalAnswer.Status;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.pattern.Patterns;

/**
 * How the plugins speak to the group of a persistence id. A call whose outcome is unknown is made
 * again, exactly, for a bounded time: the machine answers the repetition as the first. What is
 * known to have failed fails. Thread-safe.
 */
final class JournalClient {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final ActorSystem system;
  private final ReplicatedLogs logs;
  private final Claims claims;
  private final int groups;
  private final int maxCommandBytes;
  private final Duration retryTimeout;

  JournalClient(ActorSystem system) {
    ReplicatedSettings settings = ReplicatedSettings.of(system.settings().config());
    this.system = system;
    this.logs = ReplicatedLogs.get(system);
    this.claims = Claims.get(system);
    this.groups = settings.groups();
    this.maxCommandBytes = settings.maxCommandBytes();
    this.retryTimeout = settings.retryTimeout();
  }

  /** {@code mesh.replication.max-command-bytes}. */
  int maxCommandBytes() {
    return maxCommandBytes;
  }

  /** Fences whoever had the id before; the answer says how the id stands. */
  CompletionStage<JournalAnswer> claim(String persistenceId) {
    return propose(new JournalCommand.Claim(persistenceId, UUID.randomUUID()));
  }

  /**
   * Has a change applied under the claim that this system holds. An id that was not recovered here
   * is claimed first. Fails with {@link JournalRefusedException} if the group decides against it.
   *
   * @param command makes the command for an epoch
   */
  CompletionStage<JournalAnswer> change(
      String persistenceId, LongFunction<JournalCommand> command) {
    return claims
        .held(persistenceId)
        .<CompletionStage<Long>>map(claim -> CompletableFuture.completedStage(claim.epoch()))
        .orElseGet(() -> claim(persistenceId).thenApply(JournalAnswer::epoch))
        .thenCompose(epoch -> propose(command.apply(epoch)));
  }

  /** Asks a replica that has seen this system's claim and its changes. */
  CompletionStage<Bytes> query(String persistenceId, JournalQuery query) {
    GroupId group = Slices.groupOf(persistenceId, groups);
    Bytes encoded = query.encode();
    CompletionStage<Long> index =
        claims
            .held(persistenceId)
            .<CompletionStage<Long>>map(claim -> CompletableFuture.completedStage(claim.index()))
            .orElseGet(() -> retried(() -> logs.log().readIndex(group)));
    return index.thenCompose(atLeast -> retried(() -> logs.log().query(group, atLeast, encoded)));
  }

  /** An index that covers what the group has acknowledged so far. */
  CompletionStage<Long> readIndex(GroupId group) {
    return retried(() -> logs.log().readIndex(group));
  }

  /** Asks a replica that has applied {@code atLeast}. */
  CompletionStage<Bytes> query(GroupId group, long atLeast, JournalQuery query) {
    Bytes encoded = query.encode();
    return retried(() -> logs.log().query(group, atLeast, encoded));
  }

  /** How many groups share the slices. */
  int groups() {
    return groups;
  }

  private CompletionStage<JournalAnswer> propose(JournalCommand command) {
    String id = command.persistenceId();
    Bytes encoded = command.encode();
    if (encoded.length() > maxCommandBytes) {
      return CompletableFuture.failedStage(
          new ReplicatedLogException(
              Reason.TOO_LARGE,
              "%s of '%s' takes %d bytes, more than mesh.replication.max-command-bytes = %d"
                  .formatted(
                      command.getClass().getSimpleName(), id, encoded.length(), maxCommandBytes)));
    }
    GroupId group = Slices.groupOf(id, groups);
    return retried(() -> logs.log().propose(group, encoded))
        .thenApply(applied -> accepted(command, applied));
  }

  private JournalAnswer accepted(JournalCommand command, ReplicatedLog.Applied applied) {
    JournalAnswer answer = JournalAnswer.decode(applied.answer());
    if (answer.status() != Status.DONE) {
      throw JournalRefusedException.of(command, answer);
    }
    claims.note(command.persistenceId(), new Claims.Claim(answer.epoch(), applied.index()));
    return answer;
  }

  private <T> CompletionStage<T> retried(Supplier<CompletionStage<T>> call) {
    return attempt(call, System.nanoTime() + retryTimeout.toNanos(), FIRST_PAUSE);
  }

  private <T> CompletionStage<T> attempt(
      Supplier<CompletionStage<T>> call, long deadline, Duration pause) {
    return call.get()
        .exceptionallyCompose(
            failure -> {
              if (!isWorthRepeating(failure)
                  || System.nanoTime() + pause.toNanos() - deadline > 0) {
                return CompletableFuture.failedStage(failure);
              }
              Duration doubled = pause.multipliedBy(2);
              Duration next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
              return Patterns.after(
                  pause,
                  system.scheduler(),
                  system.dispatcher(),
                  () -> attempt(call, deadline, next));
            });
  }

  /** Nothing is gained by waiting for a group that is not there: recoveries hold permits. */
  private static boolean isWorthRepeating(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failure;
    return cause instanceof ReplicatedLogException known
        && (known.reason() == Reason.OUTCOME_UNKNOWN || known.reason() == Reason.OVERLOADED);
  }
}
