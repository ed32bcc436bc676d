package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.serialization.CborEvent;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** An event-sourced actor that keeps the lines written to it, with snapshots and deletes. */
public final class Notebook
    extends EventSourcedBehavior<Notebook.Command, Notebook.Line, Notebook.Lines> {
  public static final int SNAPSHOT_EVERY = 10;

  public sealed interface Command {}

  /** Persists the lines together and answers with all there are. */
  public record Write(List<String> lines, ActorRef<List<String>> replyTo) implements Command {}

  public record Read(ActorRef<List<String>> replyTo) implements Command {}

  public record Line(String text) implements CborEvent {}

  public record Lines(List<String> texts) implements CborEvent {
    Lines with(Line line) {
      List<String> more = new ArrayList<>(texts);
      more.add(line.text());
      return new Lines(List.copyOf(more));
    }
  }

  private Notebook(String id) {
    super(PersistenceId.ofUniqueId(id));
  }

  public static Behavior<Command> create(String id) {
    return new Notebook(id);
  }

  @Override
  public Lines emptyState() {
    return new Lines(List.of());
  }

  @Override
  public CommandHandler<Command, Line, Lines> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            Write.class,
            write ->
                Effect()
                    .persist(write.lines().stream().map(Line::new).toList())
                    .thenReply(write.replyTo(), Lines::texts))
        .onCommand(Read.class, (lines, read) -> Effect().reply(read.replyTo(), lines.texts()))
        .build();
  }

  @Override
  public EventHandler<Lines, Line> eventHandler() {
    return newEventHandlerBuilder().forAnyState().onAnyEvent(Lines::with);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 1).withDeleteEventsOnSnapshot();
  }
}
