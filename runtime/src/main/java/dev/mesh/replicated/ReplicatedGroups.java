package dev.mesh.replicated;

import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.persistence.replicated.meta.MetaAnswer;
import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.protocols.GroupId;
import dev.mesh.replication.GroupStatus;
import dev.mesh.replication.MachineRegistry;
import dev.mesh.replication.link.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;

/** Makes the groups of an application's machines, by asking group 0. Thread-safe. */
public final class ReplicatedGroups {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final ActorSystem<?> system;
  private final ReplicatedLogs logs;
  private final Duration timeout;
  private final Function<GroupId, Optional<GroupStatus>> here;

  /**
   * @param timeout within which a group must be made and answer
   * @param here how a group's replica stands that this peer holds
   */
  public ReplicatedGroups(
      ActorSystem<?> system, Duration timeout, Function<GroupId, Optional<GroupStatus>> here) {
    this.system = system;
    this.logs = ReplicatedLogs.get(system);
    this.timeout = timeout;
    this.here = here;
  }

  /**
   * Registers the machine, and makes the group unless it is there.
   *
   * @param ready when this peer can reach group 0
   * @throws IllegalArgumentException if there is a machine of that name
   */
  public CompletionStage<Replicated> join(
      String name, Supplier<? extends ReplicatedMachine> machine, CompletionStage<?> ready) {
    MachineRegistry.get(system).register(name, machine);
    return ready.thenCompose(
        served -> {
          long deadline = System.nanoTime() + timeout.toNanos();
          return retried(() -> create(name), deadline)
              .thenCompose(
                  group ->
                      retried(() -> logs.log().readIndex(group), deadline)
                          .thenCombine(
                              EventLoop.of(system),
                              (answers, loop) ->
                                  new Replicated(name, group, logs::log, here, loop.group())));
        });
  }

  private CompletionStage<GroupId> create(String name) {
    return logs.log()
        .propose(GroupId.META, new MetaCommand.CreateGroup(name).encode())
        .thenApply(applied -> groupIn(MetaAnswer.decode(applied.answer())));
  }

  /** A mesh that begins has no directory for a moment: that is worth another attempt. */
  private static GroupId groupIn(MetaAnswer answer) {
    String refusal = answer.refusal().orElse("");
    if (answer.version() == 0) {
      throw new ReplicatedLogException(ReplicatedLogException.Reason.UNAVAILABLE, refusal);
    }
    return answer.group().orElseThrow(() -> new IllegalArgumentException(refusal));
  }

  /** What fails because a group is not there yet is tried again. */
  private <T> CompletionStage<T> retried(Supplier<CompletionStage<T>> call, long deadline) {
    return call.get()
        .exceptionallyCompose(
            failure -> {
              boolean over = System.nanoTime() + PAUSE.toNanos() - deadline > 0;
              return over || !isOfTheLog(failure)
                  ? CompletableFuture.failedStage(failure)
                  : Patterns.after(
                      PAUSE,
                      system.classicSystem().scheduler(),
                      system.executionContext(),
                      () -> retried(call, deadline));
            });
  }

  private static boolean isOfTheLog(Throwable failure) {
    return failure instanceof ReplicatedLogException
        || (failure instanceof CompletionException
            && failure.getCause() instanceof ReplicatedLogException);
  }
}
