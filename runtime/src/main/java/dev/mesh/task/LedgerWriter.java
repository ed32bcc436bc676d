package dev.mesh.task;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Writes a ledger's events: one batch at a time, all of its events in one write. It says {@link
 * LedgerCommand.BatchDone} when it has recovered and after each batch. A write that fails, or a
 * writer elsewhere that has fenced this one, stops it; what it had in memory is made anew from the
 * journal by the next.
 */
final class LedgerWriter
    extends EventSourcedBehavior<LedgerWriter.Batch, LedgerEvent, LedgerState> {

  /** What the gatherer has for the next write. */
  record Batch(List<LedgerCommand> commands) {}

  private final int ledger;
  private final LedgerWiring wiring;
  private final ActorRef<LedgerCommand> gatherer;

  /** Made when the state has been recovered, before the first batch. */
  private LedgerCore core;

  private LedgerWriter(int ledger, LedgerWiring wiring, ActorRef<LedgerCommand> gatherer) {
    super(wiring.places().persistenceId(ledger));
    this.ledger = ledger;
    this.wiring = wiring;
    this.gatherer = gatherer;
  }

  static Behavior<Batch> create(int ledger, LedgerWiring wiring, ActorRef<LedgerCommand> gatherer) {
    return new LedgerWriter(ledger, wiring, gatherer);
  }

  @Override
  public LedgerState emptyState() {
    return new LedgerState();
  }

  @Override
  public CommandHandler<Batch, LedgerEvent, LedgerState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onCommand(Batch.class, this::onBatch).build();
  }

  private Effect<LedgerEvent, LedgerState> onBatch(LedgerState state, Batch batch) {
    Plan plan = core.plan(batch.commands(), wiring.runs().get(), wiring.clock().millis());
    return plan.events().isEmpty()
        ? Effect().none().thenRun(same -> settle(plan))
        : Effect().persist(plan.events()).thenRun(same -> settle(plan));
  }

  private void settle(Plan plan) {
    core.settle(plan, wiring.clock().millis()).forEach(this::perform);
    gatherer.tell(new LedgerCommand.BatchDone(plan.again()));
  }

  private void perform(LedgerEffect effect) {
    if (effect instanceof LedgerEffect.Answer answer) {
      answer.to().tell(answer.reply());
    } else if (effect instanceof LedgerEffect.TellWorker tell) {
      // A worker that cannot be resolved now is told again, or its awards go elsewhere.
      wiring.workers().apply(tell.peer()).ifPresent(worker -> worker.tell(tell.command()));
    } else if (effect instanceof LedgerEffect.Witnessed seen) {
      wiring.witness().saw(seen.peer(), seen.outcome(), seen.times());
    } else if (effect instanceof LedgerEffect.CallAuction call) {
      wiring.auction().accept(new AuctionCall(ledger, call.round(), call.tasks(), gatherer));
    } else {
      throw new IllegalArgumentException("unknown effect " + effect);
    }
  }

  @Override
  public EventHandler<LedgerState, LedgerEvent> eventHandler() {
    return newEventHandlerBuilder()
        .forAnyState()
        .onAnyEvent(
            (state, event) -> {
              state.apply(event);
              return state;
            });
  }

  @Override
  public SignalHandler<LedgerState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (state, signal) -> recovered(state))
        .build();
  }

  private void recovered(LedgerState state) {
    core = new LedgerCore(ledger, wiring.settings(), state, wiring.clock().millis());
    gatherer.tell(new LedgerCommand.BatchDone(List.of()));
  }

  @Override
  public SnapshotAdapter<LedgerState> snapshotAdapter() {
    return new SnapshotAdapter<>() {
      @Override
      public Object toJournal(LedgerState state) {
        return state.snapshot();
      }

      @Override
      public LedgerState fromJournal(Object from) {
        return LedgerState.of((LedgerSnapshot) from);
      }
    };
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(wiring.settings().snapshotEvery(), 1)
        .withDeleteEventsOnSnapshot();
  }

  @Override
  public String journalPluginId() {
    return wiring.settings().journal();
  }

  @Override
  public String snapshotPluginId() {
    return wiring.settings().snapshotStore();
  }
}
