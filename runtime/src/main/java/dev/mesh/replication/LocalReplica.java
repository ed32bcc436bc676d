package dev.mesh.replication;

import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OUTCOME_UNKNOWN;
import static dev.mesh.persistence.replicated.ReplicatedLogException.Reason.OVERLOADED;

import dev.mesh.persistence.replicated.ReplicatedLog.Applied;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.Bytes;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A replica of this JVM that may lead, as callers in the same JVM reach it: commands gather in a
 * queue, and the replica is told once for all that has gathered. Thread-safe.
 *
 * <p>Commands that have not been answered are bounded in number and bytes; more are refused. All
 * are answered in the end: a leader that reaches no majority steps down, and what then is not known
 * to be decided is left to the group's router.
 */
final class LocalReplica {
  /** What happens to commands that this replica cannot decide. */
  interface Fallback {
    /**
     * Has another replica asked.
     *
     * @param uncertain whether the command may have taken effect already
     */
    void route(Proposal proposal, boolean uncertain);
  }

  private final GroupSettings settings;
  private final Fallback fallback;
  private final Queue<Proposal> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean told = new AtomicBoolean();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong unansweredBytes = new AtomicLong();
  private volatile Runnable wake = () -> {};
  private volatile boolean leads;

  LocalReplica(GroupSettings settings, Fallback fallback) {
    this.settings = settings;
    this.fallback = fallback;
  }

  /** Whether a command should come this way: it may still turn out that another replica leads. */
  boolean leads() {
    return leads;
  }

  /**
   * Has a command committed.
   *
   * @param kind of proposal, for the router if this replica does not decide it
   */
  CompletionStage<Applied> propose(Bytes command, GroupRouter.Kind kind) {
    Proposal proposal = new Proposal(command, kind);
    int calls = unanswered.incrementAndGet();
    long bytes = unansweredBytes.addAndGet(command.length());
    if (calls > settings.maxPendingCalls() || bytes > settings.maxPendingBytes()) {
      refuse(
          proposal,
          "%d calls with %d bytes wait for the group already; try again later"
              .formatted(calls - 1, bytes - command.length()));
      return proposal;
    }
    inbox.add(proposal);
    if (!told.get() && told.compareAndSet(false, true)) {
      wake.run();
    }
    return proposal;
  }

  // What follows is for the replica's actor.

  /**
   * The replica begins.
   *
   * @param wakeUp has the actor call {@link #drain}
   */
  void serve(Runnable wakeUp) {
    wake = wakeUp;
  }

  void setLeads(boolean now) {
    leads = now;
  }

  void drain(Consumer<Proposal> taker) {
    told.set(false);
    for (Proposal next; (next = inbox.poll()) != null; ) {
      taker.accept(next);
    }
  }

  void answer(Proposal proposal, long index, Bytes answer) {
    settled(proposal);
    proposal.complete(new Applied(index, answer));
  }

  void refuse(Proposal proposal, String why) {
    settled(proposal);
    proposal.completeExceptionally(new ReplicatedLogException(OVERLOADED, why));
  }

  void sendElsewhere(Proposal proposal, boolean uncertain) {
    settled(proposal);
    if (uncertain && proposal.kind == GroupRouter.Kind.PROPOSE_ONCE) {
      proposal.completeExceptionally(
          new ReplicatedLogException(
              OUTCOME_UNKNOWN,
              "the group's leader changed; the command may or may not take effect: read before"
                  + " trying again"));
    } else {
      fallback.route(proposal, uncertain);
    }
  }

  /** The replica has ended: what waits goes elsewhere. */
  void end() {
    leads = false;
    drain(proposal -> sendElsewhere(proposal, false));
  }

  private void settled(Proposal proposal) {
    unanswered.decrementAndGet();
    unansweredBytes.addAndGet(-proposal.command.length());
  }
}
