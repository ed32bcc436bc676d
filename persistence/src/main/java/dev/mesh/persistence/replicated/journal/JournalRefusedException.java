package dev.mesh.persistence.replicated.journal;

/**
 * The group has decided against a change: this writer was fenced, or its numbers do not fit what is
 * stored. Trying again is of no use; the persistent actor has to stop and recover.
 */
public final class JournalRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JournalRefusedException(String message) {
    super(message);
  }

  static JournalRefusedException of(JournalCommand command, JournalAnswer answer) {
    return new JournalRefusedException(
        "%s of '%s' is refused: %s (%s; the id stands at epoch %d, event %d); stop and recover"
            .formatted(
                command.getClass().getSimpleName(),
                command.persistenceId(),
                reason(answer.status()),
                answer.status(),
                answer.epoch(),
                answer.highestSeqNr()));
  }

  private static String reason(JournalAnswer.Status status) {
    return switch (status) {
      case FENCED -> "another recovery or another writer has come since";
      case CONFLICT -> "other events have these sequence numbers";
      case GAP -> "what should come before is not there";
      case DAMAGED -> "it was damaged on its way";
      case DONE -> throw new IllegalArgumentException("a refusal that is none");
    };
  }
}
