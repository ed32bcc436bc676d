package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import dev.mesh.task.TasksException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules of a task ledger. For each batch of commands, {@link #plan} says which events are to be
 * written; once they are on disk and applied to the state, {@link #settle} says what follows. Pure:
 * no clock, no I/O; times are milliseconds since the epoch. Not thread-safe.
 *
 * <p>The promises: a task whose submission was answered is kept until it has ended and its
 * retention has passed; of the ends that workers report for it at most one is accepted, that of the
 * latest award; an award that does not lead to an end leads to another.
 */
final class LedgerCore {
  private final LedgerSettings settings;
  private final LedgerState state;
  private final Upkeep upkeep;
  private final Dispatch dispatch;

  /** A core over a state that has been recovered; what was in memory alone is made anew. */
  LedgerCore(int ledger, LedgerSettings settings, LedgerState state, long now) {
    this.settings = settings;
    this.state = state;
    this.dispatch = new Dispatch(ledger, settings, state, now);
    this.upkeep = new Upkeep(settings, state, dispatch);
  }

  /**
   * Decides a batch.
   *
   * @param runs which runs of workers there are, as far as this peer knows
   */
  Plan plan(List<LedgerCommand> batch, WorkerRuns runs, long now) {
    Plan plan = new Plan(state.lastToken());
    boolean tick = false;
    for (LedgerCommand command : batch) {
      tick |= command == LedgerCommand.Tick.INSTANCE;
      decide(plan, command, now);
    }
    if (tick) {
      upkeep.plan(plan, runs, now);
    }
    return plan;
  }

  /** Says what follows a plan whose events are on disk and applied to the state. */
  List<LedgerEffect> settle(Plan plan, long now) {
    List<LedgerEffect> effects = new ArrayList<>();
    plan.events().forEach(event -> dispatch.applied(event, now, effects));
    plan.steps().forEach(step -> step.accept(effects));
    dispatch.settle(plan, now, effects);
    return effects;
  }

  private void decide(Plan plan, LedgerCommand command, long now) {
    if (command instanceof LedgerCommand.Submit submit) {
      submit(plan, submit, now);
    } else if (command instanceof LedgerCommand.Report report) {
      report(plan, report, now);
    } else if (command instanceof LedgerCommand.Placed placed) {
      placed(plan, placed, now);
    } else if (command instanceof LedgerCommand.Get get) {
      plan.then(effects -> show(get, now, effects));
    } else if (command instanceof LedgerCommand.ListTasks list) {
      plan.then(effects -> list(list, effects));
    } else if (command instanceof LedgerCommand.Cancel cancel) {
      cancel(plan, cancel, now);
    } else if (command instanceof LedgerCommand.PeerLost lost) {
      upkeep.peerLost(plan, lost.peer(), lost.incarnation(), now);
    } else if (!(command instanceof LedgerCommand.Wake) && command != LedgerCommand.Tick.INSTANCE) {
      throw new IllegalArgumentException("no command for the core: " + command);
    }
  }

  // ---- submit

  private void submit(Plan plan, LedgerCommand.Submit submit, long now) {
    List<Optional<LedgerReply.Answer>> refusals = new ArrayList<>();
    List<Boolean> existing = new ArrayList<>();
    for (Task task : submit.tasks()) {
      long digest = Digests.content(task);
      boolean known = state.task(task.id()).isPresent() || plan.decides(task.id());
      Optional<LedgerReply.Answer> refusal = refusal(plan, task, digest, now);
      if (refusal.isEmpty() && !known) {
        plan.decide(task.id(), new LedgerEvent.Submitted(task, digest, now));
      }
      refusals.add(refusal);
      existing.add(known);
    }
    plan.then(
        effects -> {
          List<LedgerReply.Answer> answers = new ArrayList<>();
          for (int i = 0; i < refusals.size(); i++) {
            String id = submit.tasks().get(i).id();
            boolean known = existing.get(i);
            answers.add(refusals.get(i).orElseGet(() -> taken(id, known)));
          }
          effects.add(new LedgerEffect.Answer(submit.replyTo(), new LedgerReply.Taken(answers)));
        });
  }

  private Optional<LedgerReply.Answer> refusal(Plan plan, Task task, long digest, long now) {
    Long digestBefore =
        state.task(task.id()).map(TaskRecord::digest).orElse(plan.submittedDigest(task.id()));
    if (digestBefore != null) {
      return digestBefore == digest
          ? Optional.empty()
          : refuse(
              Code.CONFLICT,
              "another task has the id '" + task.id() + "' already; choose another id");
    }
    if (state.wasForgotten(task.id())) {
      return refuse(Code.GONE, gone(task.id()));
    }
    if (task.payload().length() > settings.maxPayload()) {
      return refuse(Code.TOO_LARGE, tooLarge(task, settings.maxPayload()));
    }
    if (task.deadline().isPresent() && task.deadline().get().toEpochMilli() <= now) {
      return refuse(
          Code.INVALID,
          "the deadline of task '" + task.id() + "', " + task.deadline().get() + ", has passed");
    }
    if (state.open() + plan.size() >= settings.maxOpen()
        || state.bytes() + task.payload().length() > settings.maxBytes()) {
      return refuse(
          Code.TOO_MUCH,
          "too many tasks are open ("
              + state.open()
              + " in this ledger); submit again when some have ended");
    }
    return Optional.empty();
  }

  private static Optional<LedgerReply.Answer> refuse(Code code, String message) {
    return Optional.of(LedgerReply.Answer.refused(code, message));
  }

  // ---- awards and their ends

  private void placed(Plan plan, LedgerCommand.Placed placed, long now) {
    if (!dispatch.answered(placed, now)) {
      return;
    }
    for (AuctionCall.Placement placement : placed.placements()) {
      TaskRecord task = state.task(placement.id()).orElse(null);
      if (task != null && task.status() == TaskStatus.QUEUED && !plan.decides(task.id())) {
        plan.decide(
            task.id(),
            new LedgerEvent.Awarded(
                task.id(), plan.nextToken(), placement.peer(), placement.incarnation(), now));
      }
    }
  }

  private void report(Plan plan, LedgerCommand.Report report, long now) {
    for (LedgerCommand.Held held : report.held()) {
      if (!dispatch.heard(held, now)) {
        plan.revoke(report.peer(), new WorkCommand.AwardKey(held.id(), held.token()));
      }
    }
    for (LedgerCommand.Ended ended : report.ended()) {
      // One that this batch decides already is left out: its worker reports it again.
      if (!plan.decides(ended.id())) {
        state
            .task(ended.id())
            .filter(task -> task.accepts(ended.token()))
            .ifPresent(task -> plan.decide(task.id(), end(task, ended, now)));
        plan.confirm(report.peer(), ended.id(), ended.token());
      }
    }
    for (LedgerCommand.Refused refused : report.refused()) {
      state
          .task(refused.id())
          .filter(task -> task.held() && task.token() == refused.token())
          .filter(task -> !plan.decides(task.id()))
          .ifPresent(
              task ->
                  plan.decide(
                      task.id(),
                      new LedgerEvent.Returned(
                          task.id(), task.token(), false, refused.why(), now)));
    }
    if (!report.ended().isEmpty()) {
      dispatch.roomMade();
    }
  }

  private LedgerEvent end(TaskRecord task, LedgerCommand.Ended ended, long now) {
    Outcome outcome = ended.outcome();
    if (outcome.result().isPresent()) {
      Bytes result = outcome.result().get();
      return new LedgerEvent.Completed(task.id(), task.token(), result, ended.startedAt(), now);
    }
    String error = outcome.error().orElse("no result");
    int failures = task.failures() + 1;
    if (outcome.permanent() || failures > task.task().retries()) {
      return new LedgerEvent.Failed(task.id(), task.token(), error, ended.startedAt(), now);
    }
    return new LedgerEvent.TryFailed(
        task.id(),
        task.token(),
        error,
        ended.startedAt(),
        now + settings.backoffMillis(failures),
        now);
  }

  private void cancel(Plan plan, LedgerCommand.Cancel cancel, long now) {
    if (plan.decides(cancel.id())) {
      plan.again(cancel);
      return;
    }
    if (state.task(cancel.id()).filter(TaskRecord::open).isPresent()) {
      plan.decide(cancel.id(), new LedgerEvent.Cancelled(cancel.id(), now));
    }
    plan.then(
        effects -> effects.add(new LedgerEffect.Answer(cancel.replyTo(), shown(cancel.id()))));
  }

  // ---- reads

  private void show(LedgerCommand.Get get, long now, List<LedgerEffect> effects) {
    boolean waits =
        get.waitMillis() > 0 && state.task(get.id()).filter(TaskRecord::open).isPresent();
    if (!waits) {
      effects.add(new LedgerEffect.Answer(get.replyTo(), shown(get.id())));
    } else if (!dispatch.await(get, now)) {
      effects.add(
          new LedgerEffect.Answer(
              get.replyTo(),
              new LedgerReply.Refusal(
                  Code.TOO_MUCH, "too many wait for tasks; ask again in a second", true)));
    }
  }

  private void list(LedgerCommand.ListTasks list, List<LedgerEffect> effects) {
    List<TaskView> views =
        state.after(list.after()).stream()
            .filter(task -> list.status().isEmpty() || dispatch.status(task) == list.status().get())
            .limit(list.limit())
            .map(task -> dispatch.view(task, false))
            .toList();
    effects.add(new LedgerEffect.Answer(list.replyTo(), new LedgerReply.Listing(views)));
  }

  /** A task that was there already may be forgotten by the very batch that asks for it. */
  private LedgerReply.Answer taken(String id, boolean existing) {
    return state
        .task(id)
        .map(task -> LedgerReply.Answer.taken(dispatch.view(task, false), existing))
        .orElseGet(() -> LedgerReply.Answer.refused(Code.GONE, gone(id)));
  }

  private LedgerReply shown(String id) {
    return dispatch.shown(id);
  }

  static String tooLarge(Task task, int maxPayload) {
    return "the payload of task '"
        + task.id()
        + "' has "
        + task.payload().length()
        + " bytes, more than mesh.tasks.max-payload = "
        + maxPayload
        + "; store it elsewhere and submit its name";
  }

  static String gone(String id) {
    return "task '" + id + "' has ended and is no longer kept (mesh.tasks.retention)";
  }
}
