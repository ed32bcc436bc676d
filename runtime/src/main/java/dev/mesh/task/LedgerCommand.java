package dev.mesh.task;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What a ledger is told. {@link Sent} travels through the shard region from any peer. */
public sealed interface LedgerCommand {

  /** Roughly what an event takes beside its payload, in bytes. */
  long EVENT_BYTES = 400;

  /** Roughly what a note on an award takes in a message, in bytes. */
  long HELD_BYTES = 100;

  /** A command that names its ledger, 0 to {@code mesh.tasks.ledgers} - 1. */
  sealed interface Sent extends LedgerCommand, WireMessage {
    int ledger();
  }

  /** A command that somebody waits to be answered; every one of them is, or the ledger failed. */
  sealed interface Asked extends Sent {
    ActorRef<LedgerReply> replyTo();
  }

  /** Be there: after a failover a ledger starts on its first message. */
  record Wake(int ledger) implements Sent {}

  /** Take these; answered by {@link LedgerReply.Taken} in the same order. */
  record Submit(int ledger, List<Task> tasks, ActorRef<LedgerReply> replyTo) implements Asked {
    /** Roughly what taking {@code task} adds to a write, in bytes. */
    static long bytes(Task task) {
      return EVENT_BYTES + task.payload().length();
    }
  }

  /** Show a task, at once if it has ended, else when {@code waitMillis} have passed. */
  record Get(int ledger, String id, long waitMillis, ActorRef<LedgerReply> replyTo)
      implements Asked {}

  record Cancel(int ledger, String id, ActorRef<LedgerReply> replyTo) implements Asked {}

  /** Show tasks in the order of their ids. */
  record ListTasks(
      int ledger,
      Optional<TaskStatus> status,
      int limit,
      Optional<String> after,
      ActorRef<LedgerReply> replyTo)
      implements Asked {}

  /**
   * What a worker has to say about awards.
   *
   * @param incarnation the run of the worker that says so
   */
  record Report(
      int ledger,
      PeerId peer,
      long incarnation,
      List<Held> held,
      List<Ended> ended,
      List<Refused> refused)
      implements Sent {
    /** Roughly what taking the report adds to a write, in bytes. */
    long bytes() {
      return (1L + held.size() + refused.size()) * HELD_BYTES
          + ended.stream().mapToLong(end -> EVENT_BYTES + end.outcome().bytes()).sum();
    }
  }

  /** A peer is confirmed lost, or was started anew: its workers up to this incarnation are gone. */
  record PeerLost(int ledger, PeerId peer, long incarnation) implements Sent {}

  /** An award that the worker has; {@code startedAt} is 0 while it waits in the worker's queue. */
  record Held(String id, long token, long startedAt, Optional<String> progress) {}

  /** An award that the worker will not run, or has lost. */
  record Refused(String id, long token, String why) {}

  /** An award that the worker has run. */
  record Ended(String id, long token, Outcome outcome, long startedAt) {}

  /** The auction's answer to the ledger's call number {@code round}. */
  record Placed(long round, List<AuctionCall.Placement> placements, List<AuctionCall.Unplaced> rest)
      implements LedgerCommand {}

  /** Time has passed. */
  enum Tick implements LedgerCommand {
    INSTANCE
  }

  /** The writer has done with a batch and wants these considered again, first. */
  record BatchDone(List<LedgerCommand> again) implements LedgerCommand {}

  /** The writer has ended. */
  enum WriterStopped implements LedgerCommand {
    INSTANCE
  }

  /** The pause after the writer's end is over. */
  enum RestartWriter implements LedgerCommand {
    INSTANCE
  }
}
