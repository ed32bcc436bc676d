package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.placement.TaskOffer;
import dev.mesh.task.TasksException.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a ledger has in memory alone, beside its state: which tasks are on offer, which awards are
 * on their way, who waits for an end. All of it can be made anew from the state. Not thread-safe.
 */
final class Dispatch {
  /** An auction that has not answered in this time has lost the call; in milliseconds. */
  private static final long ROUND_TIMEOUT = 10_000;

  /** When a task that no peer can run is offered again, in milliseconds. */
  private static final long OFFER_AGAIN = 1_000;

  /** When a task is offered again that some peer could run had it room, in milliseconds. */
  private static final long OFFER_AGAIN_CROWDED = 200;

  private final int ledger;
  private final LedgerState state;
  private final OfferQueue offers = new OfferQueue();
  private final AwardsUnderWay awards;
  private final Waiters waiters = new Waiters();
  private final Outcomes outcomes = new Outcomes();
  private long round;
  private boolean calling;
  private long calledAt;

  Dispatch(int ledger, LedgerSettings settings, LedgerState state, long now) {
    this.ledger = ledger;
    this.state = state;
    this.awards = new AwardsUnderWay(settings);
    for (TaskRecord task : state.after(Optional.empty())) {
      if (task.held()) {
        awards.add(task, now);
      } else if (task.open()) {
        offers.add(task);
      }
    }
  }

  AwardsUnderWay awards() {
    return awards;
  }

  /** Follows an event that is on disk and applied. */
  void applied(LedgerEvent event, long now, List<LedgerEffect> effects) {
    if (event instanceof LedgerEvent.Submitted submitted) {
      offers.add(task(submitted.task().id()));
    } else if (event instanceof LedgerEvent.Awarded awarded) {
      offers.remove(awarded.id());
      awards.add(task(awarded.id()), now);
    } else if (event instanceof LedgerEvent.Returned returned) {
      if (returned.lost()) {
        saw(returned.id(), Outcome.TASK_LOST);
      }
      awards.remove(returned.id());
      offers.add(task(returned.id()));
    } else if (event instanceof LedgerEvent.TryFailed tryFailed) {
      saw(tryFailed.id(), Outcome.TASK_FAILED);
      awards.remove(tryFailed.id());
      offers.add(task(tryFailed.id()));
    } else if (event instanceof LedgerEvent.Completed completed) {
      saw(completed.id(), Outcome.TASK_DONE);
      ended(completed.id(), effects);
    } else if (event instanceof LedgerEvent.Failed failed) {
      saw(failed.id(), Outcome.TASK_FAILED);
      ended(failed.id(), effects);
    } else if (event instanceof LedgerEvent.Cancelled cancelled) {
      revoke(cancelled.id(), effects);
    } else if (event instanceof LedgerEvent.Expired expired) {
      revoke(expired.id(), effects);
    } else if (!(event instanceof LedgerEvent.Forgotten)) {
      throw new IllegalArgumentException("unknown event " + event);
    }
  }

  private void saw(String id, Outcome outcome) {
    awards.of(id).ifPresent(flight -> outcomes.add(flight.peer(), outcome));
  }

  private TaskRecord task(String id) {
    return state.task(id).orElseThrow();
  }

  private void revoke(String id, List<LedgerEffect> effects) {
    awards
        .of(id)
        .ifPresent(
            flight ->
                effects.add(
                    new LedgerEffect.TellWorker(
                        flight.peer(), new WorkCommand.Revoke(ledger, List.of(flight.key())))));
    ended(id, effects);
  }

  private void ended(String id, List<LedgerEffect> effects) {
    awards.remove(id);
    offers.remove(id);
    List<Waiters.Waiter> waiting = waiters.ended(id);
    if (!waiting.isEmpty()) {
      LedgerReply reply = shown(id);
      waiting.forEach(waiter -> effects.add(new LedgerEffect.Answer(waiter.replyTo(), reply)));
    }
  }

  /** Takes in what the auction answered; false if it is not the answer to the call under way. */
  boolean answered(LedgerCommand.Placed placed, long now) {
    if (!calling || placed.round() != round) {
      return false;
    }
    calling = false;
    for (AuctionCall.Unplaced unplaced : placed.rest()) {
      offers.postpone(unplaced, now + (unplaced.able() ? OFFER_AGAIN_CROWDED : OFFER_AGAIN));
    }
    return true;
  }

  boolean heard(LedgerCommand.Held held, long now) {
    return awards.heard(held, now);
  }

  void roomMade() {
    offers.roomMade();
  }

  /** Answers the question when the task ends or the wait is over; false if too many wait. */
  boolean await(LedgerCommand.Get get, long now) {
    return waiters.add(get.id(), get.replyTo(), now + get.waitMillis());
  }

  /** Sends what is due: answers to workers and clients, awards, and the next call for bids. */
  void settle(Plan plan, long now, List<LedgerEffect> effects) {
    plan.confirmed()
        .forEach(
            (peer, keys) ->
                effects.add(
                    new LedgerEffect.TellWorker(peer, new WorkCommand.Confirm(ledger, keys))));
    plan.revoked()
        .forEach(
            (peer, keys) ->
                effects.add(
                    new LedgerEffect.TellWorker(peer, new WorkCommand.Revoke(ledger, keys))));
    for (Waiters.Waiter waiter : waiters.due(now)) {
      effects.add(new LedgerEffect.Answer(waiter.replyTo(), shown(waiter.id())));
    }
    outcomes.tell(effects);
    assign(now, effects);
    check(now, effects);
    callAuction(now, effects);
  }

  private void assign(long now, List<LedgerEffect> effects) {
    Map<PeerId, List<TaskRecord>> byPeer = new LinkedHashMap<>();
    for (AwardsUnderWay.Flight flight : awards.toSend(now)) {
      byPeer.computeIfAbsent(flight.peer(), any -> new ArrayList<>()).add(task(flight.id()));
    }
    byPeer.forEach(
        (peer, tasks) -> {
          for (List<TaskRecord> part : Batches.cut(tasks, TaskRecord::bytes)) {
            List<WorkCommand.Award> parcel =
                part.stream()
                    .map(
                        task ->
                            new WorkCommand.Award(
                                task.task(), task.token(), task.attempt(), task.incarnation()))
                    .toList();
            effects.add(new LedgerEffect.TellWorker(peer, new WorkCommand.Assign(ledger, parcel)));
          }
        });
  }

  private void check(long now, List<LedgerEffect> effects) {
    Map<PeerId, List<WorkCommand.AwardKey>> byPeer = new LinkedHashMap<>();
    for (AwardsUnderWay.Flight flight : awards.toCheck(now)) {
      byPeer.computeIfAbsent(flight.peer(), any -> new ArrayList<>()).add(flight.key());
    }
    byPeer.forEach(
        (peer, keys) -> {
          for (List<WorkCommand.AwardKey> part : Batches.cut(keys, key -> 0)) {
            effects.add(new LedgerEffect.TellWorker(peer, new WorkCommand.Check(ledger, part)));
          }
        });
  }

  private void callAuction(long now, List<LedgerEffect> effects) {
    if (calling && now - calledAt < ROUND_TIMEOUT) {
      return;
    }
    List<String> due = offers.due(now, LedgerSettings.MAX_BATCH);
    calling = !due.isEmpty();
    if (calling) {
      round++;
      calledAt = now;
      effects.add(new LedgerEffect.CallAuction(round, due.stream().map(this::offered).toList()));
    }
  }

  private AuctionCall.Offered offered(String id) {
    Task task = task(id).task();
    return new AuctionCall.Offered(
        new TaskOffer(id, task.kind(), Set.copyOf(task.capabilities())), task.placement());
  }

  // ---- what can be seen

  LedgerReply shown(String id) {
    Optional<TaskRecord> task = state.task(id);
    if (task.isPresent()) {
      return new LedgerReply.Shown(view(task.get(), true));
    }
    return state.wasForgotten(id)
        ? new LedgerReply.Refusal(Code.GONE, LedgerCore.gone(id), true)
        : new LedgerReply.Refusal(Code.NOT_FOUND, "no task has the id '" + id + "'", true);
  }

  /** The task's status; that it runs is known to memory alone. */
  TaskStatus status(TaskRecord task) {
    boolean runs = task.held() && awards.of(task.id()).filter(f -> f.startedAt() > 0).isPresent();
    return runs ? TaskStatus.RUNNING : task.status();
  }

  TaskView view(TaskRecord task, boolean whole) {
    return Views.of(task, status(task), awards.of(task.id()), offers.why(task.id()), whole);
  }
}
