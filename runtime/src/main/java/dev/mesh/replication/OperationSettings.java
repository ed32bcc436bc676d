package dev.mesh.replication;

import dev.mesh.persistence.Checked;
import java.time.Duration;

/**
 * The bounds of {@link GroupOperations}.
 *
 * @param answerTimeout how long a replica has to say how it stands
 * @param catchUpTimeout how long a new member is waited for
 * @param catchUpInterval how often it is looked whether it has caught up
 */
public record OperationSettings(
    Duration answerTimeout, Duration catchUpTimeout, Duration catchUpInterval) {

  /** Reads and checks {@code mesh.replication.operations}. */
  public static OperationSettings of(Checked section) {
    Duration second = Duration.ofSeconds(1);
    return new OperationSettings(
        section.duration("answer-timeout", Duration.ofMillis(50), Duration.ofSeconds(10)),
        section.duration("catch-up-timeout", second, Duration.ofMinutes(10)),
        section.duration("catch-up-interval", Duration.ofMillis(10), second));
  }
}
