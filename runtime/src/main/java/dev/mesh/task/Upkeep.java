package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a ledger does because time has passed or a peer has gone: deadlines, lost awards,
 * forgetting. Not thread-safe.
 */
final class Upkeep {
  /** So many events at most in one plan; the next tick goes on. */
  private static final int MAX_EVENTS = 400;

  /** Before every run. */
  private static final long NO_RUN = Long.MIN_VALUE;

  private final LedgerSettings settings;
  private final LedgerState state;
  private final Dispatch dispatch;

  /** Since when each peer that holds tasks has not been among the live ones. */
  private final Map<PeerId, Long> absentSince = new HashMap<>();

  Upkeep(LedgerSettings settings, LedgerState state, Dispatch dispatch) {
    this.settings = settings;
    this.state = state;
    this.dispatch = dispatch;
  }

  void plan(Plan plan, WorkerRuns runs, long now) {
    expire(plan, now);
    findLost(plan, runs, now);
    takeBack(plan, now);
    forget(plan, now);
  }

  /** Awards that runs of {@code peer} up to {@code incarnation} hold go to somebody else. */
  void peerLost(Plan plan, PeerId peer, long incarnation, long now) {
    for (TaskRecord task : state.heldBy(peer)) {
      if (plan.size() >= MAX_EVENTS) {
        return;
      }
      if (task.incarnation() <= incarnation && !plan.decides(task.id())) {
        plan.decide(task.id(), lost(task, peer, now));
      }
    }
  }

  /**
   * A task that was lost while it ran may be what killed its peer, so that is not repeated without
   * a bound; one that only waited there is innocent.
   */
  private LedgerEvent lost(TaskRecord task, PeerId peer, long now) {
    boolean ran = dispatch.awards().of(task.id()).filter(f -> f.startedAt() > 0).isPresent();
    if (ran && task.losses() + 1 >= settings.maxLosses()) {
      String error =
          "peer "
              + peer
              + " was lost while it ran, the "
              + settings.maxLosses()
              + "th to be lost so";
      return new LedgerEvent.Failed(task.id(), task.token(), error, 0, now);
    }
    return new LedgerEvent.Returned(
        task.id(), task.token(), ran, "peer " + peer + " was lost", now);
  }

  private void expire(Plan plan, long now) {
    for (TaskRecord task : state.overdue(now, MAX_EVENTS)) {
      if (!plan.decides(task.id())) {
        plan.decide(task.id(), new LedgerEvent.Expired(task.id(), now));
      }
    }
  }

  private void findLost(Plan plan, WorkerRuns runs, long now) {
    absentSince.keySet().retainAll(state.holders());
    for (PeerId peer : state.holders()) {
      Long incarnation = runs.live().get(peer);
      if (incarnation != null) {
        absentSince.remove(peer);
        peerLost(plan, peer, incarnation - 1, now);
      } else {
        long absent = now - absentSince.computeIfAbsent(peer, any -> now);
        boolean gone = absent >= settings.lostAfter().toMillis();
        long lastRun = gone ? Long.MAX_VALUE : runs.failed().getOrDefault(peer, NO_RUN);
        peerLost(plan, peer, lastRun, now);
      }
    }
  }

  private void takeBack(Plan plan, long now) {
    for (AwardsUnderWay.Flight flight : dispatch.awards().untaken(now)) {
      if (plan.size() < MAX_EVENTS && !plan.decides(flight.id())) {
        String reason = "peer " + flight.peer() + " did not take it";
        plan.decide(
            flight.id(),
            new LedgerEvent.Returned(flight.id(), flight.key().token(), false, reason, now));
      }
    }
  }

  /** Ended tasks go when their time has come, or earlier when the ledger is nearly full. */
  private void forget(Plan plan, long now) {
    boolean full =
        state.bytes() > settings.maxBytes() / 4 * 3 || state.kept() > settings.maxOpen() * 2;
    long until = now - settings.retention().toMillis();
    List<String> ids =
        state.longestEnded(MAX_EVENTS).stream()
            .takeWhile(task -> full || task.endedAt() <= until)
            .map(TaskRecord::id)
            .toList();
    if (!ids.isEmpty()) {
      plan.write(new LedgerEvent.Forgotten(ids, now));
    }
  }
}
