package dev.mesh.replication;

import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OUTCOME_UNKNOWN;
import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OVERLOADED;
import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.UNAVAILABLE;

import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.PeerId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The calls of a {@link GroupRouter} that wait for an answer, oldest first, up to {@link
 * GroupSettings#maxPendingCalls()} with {@link GroupSettings#maxPendingBytes()}. It ends each with
 * what is certain: that nothing was done, or that the outcome is unknown. Times are those of {@link
 * System#nanoTime}. Used by one thread.
 */
final class PendingCalls {

  /** A call that waits. */
  static final class Pending {
    private final GroupRouter.Call call;
    private final long deadline;
    private PeerId asked; // null while no replica is
    private long askedAt;
    private boolean uncertain;

    private Pending(GroupRouter.Call call, long deadline) {
      this.call = call;
      this.deadline = deadline;
      this.uncertain = call.uncertain();
    }

    GroupRouter.Call call() {
      return call;
    }

    /** It is sent to the replica of {@code peer}. */
    void ask(PeerId peer, long now) {
      asked = peer;
      askedAt = now;
    }

    boolean isAsked() {
      return asked != null;
    }

    boolean isAskedOf(PeerId peer) {
      return peer.equals(asked);
    }

    boolean isSilent(long now, long patienceNanos) {
      return isAsked() && now - askedAt >= patienceNanos;
    }

    /** No answer to the latest attempt is waited for any more. */
    void takeBack() {
      asked = null;
    }

    /** An attempt has ended without word of what became of it. */
    void mayHaveTakenEffect() {
      uncertain = true;
    }

    private ReplicatedLogException.Reason reason(ReplicatedLogException.Reason nothingWasDone) {
      return call.kind().changesTheGroup() && uncertain ? OUTCOME_UNKNOWN : nothingWasDone;
    }

    private void fail(ReplicatedLogException.Reason reason, String why) {
      call.result().completeExceptionally(new ReplicatedLogException(reason, why));
    }
  }

  private final GroupSettings settings;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();
  private long lastId;
  private long bytes;

  PendingCalls(GroupSettings settings) {
    this.settings = settings;
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /**
   * Takes a call in, unless there is no room; then it ends.
   *
   * @return its number
   */
  Optional<Long> add(GroupRouter.Call call, long now) {
    Pending added = new Pending(call, now + settings.callTimeout().toNanos());
    int size = call.bytes().length();
    if (pending.size() >= settings.maxPendingCalls() || bytes + size > settings.maxPendingBytes()) {
      added.fail(
          call.uncertain() ? OUTCOME_UNKNOWN : OVERLOADED,
          pending.size()
              + " calls with "
              + bytes
              + " bytes wait for the group already; try again later");
      return Optional.empty();
    }
    bytes += size;
    pending.put(++lastId, added);
    return Optional.of(lastId);
  }

  Optional<Pending> get(long id) {
    return Optional.ofNullable(pending.get(id));
  }

  /** The numbers of those that {@code wanted} holds for. */
  List<Long> where(Predicate<Pending> wanted) {
    return pending.entrySet().stream()
        .filter(entry -> wanted.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  void answer(GroupCall.Answer answer) {
    remove(answer.id()).ifPresent(done -> done.call.result().complete(answer));
  }

  /** A replica has too much to do. That nothing was done now says nothing of an earlier attempt. */
  void refuse(long id, String why) {
    remove(id).ifPresent(full -> full.fail(full.reason(OVERLOADED), why));
  }

  /** Ends those whose time is over. */
  void giveUpLate(long now, List<PeerId> voters) {
    where(waiting -> now - waiting.deadline >= 0).forEach(id -> giveUp(id, voters));
  }

  void giveUp(long id, List<PeerId> voters) {
    remove(id).ifPresent(late -> giveUp(late, voters));
  }

  private void giveUp(Pending late, List<PeerId> voters) {
    late.uncertain |= late.isAsked();
    ReplicatedLogException.Reason reason = late.reason(UNAVAILABLE);
    late.fail(
        reason,
        reason == OUTCOME_UNKNOWN
            ? "no answer from the group in time; the command may or may not take effect: read"
                + " before trying again"
            : "no leader of the group answered within "
                + settings.callTimeout()
                + "; nothing was done: see that a majority of "
                + voters
                + " is up");
  }

  /** Nobody will hear the answers any more: whoever waits is told so at once. */
  void end() {
    for (Pending waiting : pending.values()) {
      waiting.uncertain |= waiting.isAsked();
      ReplicatedLogException.Reason reason = waiting.reason(UNAVAILABLE);
      waiting.fail(
          reason,
          "this peer's part in the mesh ended before the group answered; "
              + (reason == OUTCOME_UNKNOWN
                  ? "the command may or may not take effect: read before trying again"
                  : "nothing was done"));
    }
    pending.clear();
    bytes = 0;
  }

  private Optional<Pending> remove(long id) {
    Optional<Pending> removed = Optional.ofNullable(pending.remove(id));
    removed.ifPresent(done -> bytes -= done.call.bytes().length());
    return removed;
  }
}
