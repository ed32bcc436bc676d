package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.persistence.replicated.ReplicatedLogException.Reason;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A group of one replica in this process: what is proposed is applied at once. Faults can be queued
 * for the next proposals.
 */
public final class LocalLog implements ReplicatedLog, AutoCloseable {
  /** What becomes of a proposal. */
  enum Fault {
    NONE,
    /** It is not applied, and the caller is told that it is not. */
    UNAVAILABLE,
    /** It is applied, but the caller does not learn that. */
    ANSWER_LOST,
    /** It is not applied, and the caller does not learn that. */
    REQUEST_LOST,
    /** It is applied twice. */
    TWICE
  }

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final StateMachine machine;
  // Touched by the thread alone.
  private final Queue<Fault> faults = new ArrayDeque<>();

  LocalLog(StateMachine machine) {
    this.machine = machine;
  }

  void next(Fault... queued) {
    on(() -> faults.addAll(List.of(queued))).toCompletableFuture().join();
  }

  boolean hasFaults() {
    return on(() -> !faults.isEmpty()).toCompletableFuture().join();
  }

  @Override
  public CompletionStage<Applied> propose(GroupId group, Bytes command) {
    return on(() -> proposed(command));
  }

  private Applied proposed(Bytes command) {
    Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
    if (fault == Fault.UNAVAILABLE) {
      throw new ReplicatedLogException(Reason.UNAVAILABLE, "injected");
    }
    if (fault == Fault.REQUEST_LOST) {
      throw new ReplicatedLogException(Reason.OUTCOME_UNKNOWN, "injected");
    }
    if (fault == Fault.TWICE) {
      apply(command);
    }
    Applied applied = apply(command);
    if (fault == Fault.ANSWER_LOST) {
      throw new ReplicatedLogException(Reason.OUTCOME_UNKNOWN, "injected");
    }
    return applied;
  }

  private Applied apply(Bytes command) {
    long index = machine.appliedIndex() + 1;
    return new Applied(index, machine.apply(index, List.of(command)).get(0));
  }

  @Override
  public CompletionStage<Long> readIndex(GroupId group) {
    return on(machine::appliedIndex);
  }

  @Override
  public CompletionStage<Bytes> query(GroupId group, long atLeast, Bytes query) {
    return on(() -> {
          if (atLeast > machine.appliedIndex()) {
            throw new ReplicatedLogException(Reason.UNAVAILABLE, atLeast + " is not applied yet");
          }
          return machine.query(query);
        })
        .thenCompose(UnaryOperator.identity());
  }

  private <T> CompletionStage<T> on(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, thread);
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
