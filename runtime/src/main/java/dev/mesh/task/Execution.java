package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One run of a handler: what the handler sees of it, and how it is stopped. It says once how it
 * ended: when the handler's stage completes, or, if it was cancelled, as soon as the handler's call
 * has returned. Thread-safe.
 */
final class Execution implements TaskContext, Runnable {
  private static final int MAX_PROGRESS = 200;

  private final WorkCommand.Award award;
  private final TaskHandler handler;
  private final int maxResult;
  private final Consumer<String> onProgress;
  private final Consumer<Outcome> onEnd;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean cancelled;
  private boolean returned;
  private Thread thread;

  Execution(
      WorkCommand.Award award,
      TaskHandler handler,
      int maxResult,
      Consumer<String> onProgress,
      Consumer<Outcome> onEnd) {
    this.award = award;
    this.handler = handler;
    this.maxResult = maxResult;
    this.onProgress = onProgress;
    this.onEnd = onEnd;
  }

  @Override
  public void run() {
    enter();
    try {
      CompletionStage<byte[]> stage = handler.handle(this);
      if (stage == null) {
        end(Outcome.failure("the handler of kind '" + kind() + "' gave no stage", true));
        return;
      }
      stage.whenComplete(
          (value, failure) -> end(failure == null ? success(value) : failure(failure)));
    } catch (Throwable failure) {
      if (failure instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      end(failure(failure));
    } finally {
      leave();
    }
  }

  /** Tells the handler that nobody waits for it any more. */
  synchronized void cancel() {
    cancelled = true;
    if (thread != null) {
      thread.interrupt();
    }
    if (returned) {
      end(Outcome.failure("cancelled", true));
    }
  }

  private synchronized void enter() {
    thread = Thread.currentThread();
    if (cancelled) {
      thread.interrupt();
    }
  }

  /** The thread goes back to its pool: an interrupt that was meant for this run stays here. */
  private synchronized void leave() {
    thread = null;
    returned = true;
    Thread.interrupted();
    if (cancelled) {
      end(Outcome.failure("cancelled", true));
    }
  }

  private void end(Outcome outcome) {
    if (ended.compareAndSet(false, true)) {
      onEnd.accept(outcome);
    }
  }

  private Outcome success(byte[] value) {
    if (value == null) {
      return Outcome.failure("the handler of kind '" + kind() + "' gave no result", true);
    }
    if (value.length > maxResult) {
      return Outcome.failure(
          "the result has "
              + value.length
              + " bytes, more than mesh.tasks.max-payload = "
              + maxResult
              + "; store it elsewhere and give its name",
          true);
    }
    return Outcome.success(Bytes.wrap(value));
  }

  private static Outcome failure(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof PermanentFailure) {
      return Outcome.failure(String.valueOf(cause.getMessage()), true);
    }
    String text = cause.getMessage();
    String name = cause.getClass().getSimpleName();
    return Outcome.failure(text == null ? name : name + ": " + text, false);
  }

  WorkCommand.AwardKey key() {
    return award.key();
  }

  @Override
  public String id() {
    return award.task().id();
  }

  @Override
  public String kind() {
    return award.task().kind();
  }

  @Override
  public byte[] payload() {
    return award.task().payload().toArray();
  }

  @Override
  public int attempt() {
    return award.attempt();
  }

  @Override
  public long token() {
    return award.token();
  }

  @Override
  public Optional<Instant> deadline() {
    return award.task().deadline();
  }

  @Override
  public void progress(String note) {
    onProgress.accept(note.length() <= MAX_PROGRESS ? note : note.substring(0, MAX_PROGRESS));
  }

  @Override
  public boolean cancelled() {
    return cancelled;
  }
}
