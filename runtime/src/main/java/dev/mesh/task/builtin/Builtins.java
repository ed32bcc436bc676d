package dev.mesh.task.builtin;

import dev.mesh.task.Handlers;
import dev.mesh.task.PermanentFailure;
import dev.mesh.task.TaskContext;
import dev.mesh.task.WorkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Registers the built-in kinds. */
public final class Builtins {
  private Builtins() {}

  /**
   * Gives {@code handlers} the built-in kinds. * {@code exec} is one of them where {@code settings}
   * allow it; elsewhere the peer does not bid for such tasks.
   */
  public static void register(Handlers handlers, WorkSettings settings) {
    handlers.put("echo", context -> CompletableFuture.completedFuture(context.payload()));
    handlers.put("sleep", Builtins::sleep);
    handlers.put("sha256", FileKinds::sha256);
    handlers.put("wordcount", FileKinds::wordCount);
    if (settings.allowExec()) {
      handlers.put("exec", new ExecKind(settings.maxResult()));
    }
  }

  /** Does nothing for the time that the payload names: {@code PT1.5S}, or milliseconds. */
  private static CompletionStage<byte[]> sleep(TaskContext context) throws InterruptedException {
    Thread.sleep(duration(text(context)).toMillis());
    return CompletableFuture.completedFuture(context.payload());
  }

  private static Duration duration(String text) {
    try {
      Duration wanted =
          text.matches("\\d{1,12}")
              ? Duration.ofMillis(Long.parseLong(text))
              : Duration.parse(text);
      if (!wanted.isNegative()) {
        return wanted;
      }
    } catch (DateTimeParseException e) {
      // refused below, with the rest
    }
    throw new PermanentFailure(
        "the payload of a 'sleep' is a duration like PT1.5S, or milliseconds; not '" + text + "'");
  }

  static String text(TaskContext context) {
    return new String(context.payload(), StandardCharsets.UTF_8).trim();
  }
}
