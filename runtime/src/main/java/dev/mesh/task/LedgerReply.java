package dev.mesh.task;

import dev.mesh.persistence.serialization.WireMessage;
import java.util.List;
import java.util.Optional;

/** What a ledger answers. */
public sealed interface LedgerReply extends WireMessage {

  /** One answer for each task submitted, in order. */
  record Taken(List<Answer> answers) implements LedgerReply {}

  /** What became of one task: {@code view}, without result and history, or {@code refusal}. */
  record Answer(Optional<TaskView> view, boolean existing, Optional<Refusal> refusal) {
    static Answer taken(TaskView view, boolean existing) {
      return new Answer(Optional.of(view), existing, Optional.empty());
    }

    static Answer refused(TasksException.Code code, String message) {
      return new Answer(Optional.empty(), false, Optional.of(new Refusal(code, message, true)));
    }
  }

  record Shown(TaskView view) implements LedgerReply {}

  record Listing(List<TaskView> views) implements LedgerReply {}

  /** The call as a whole was not done. */
  record Refusal(TasksException.Code code, String message, boolean outcomeKnown)
      implements LedgerReply {
    TasksException exception() {
      return new TasksException(code, message, outcomeKnown);
    }
  }
}
