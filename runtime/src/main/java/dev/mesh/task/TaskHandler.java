package dev.mesh.task;

import java.util.concurrent.CompletionStage;

/**
 * Runs the tasks of one kind. It is called on the dispatcher {@code mesh.work.dispatcher}, may
 * block there, and is called by several threads at once. It may run more than once for one task: at
 * most one result is accepted, but effects outside are at least once unless what they touch checks
 * {@link TaskContext#token()}.
 */
@FunctionalInterface
public interface TaskHandler {

  /**
   * The task's result, at most {@code mesh.tasks.max-payload} bytes.
   *
   * @throws Exception to fail this try; {@link PermanentFailure} to fail the task at once, without
   *     the retries it may have left. A stage that fails says the same
   */
  CompletionStage<byte[]> handle(TaskContext context) throws Exception;
}
