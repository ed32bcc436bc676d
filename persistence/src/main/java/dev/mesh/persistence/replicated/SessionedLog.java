package dev.mesh.persistence.replicated;

import dev.mesh.persistence.replicated.ReplicatedLogException.Reason;
import dev.mesh.persistence.replicated.SessionCommand.Answer;
import dev.mesh.persistence.replicated.SessionCommand.Status;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A log for commands that must not be applied twice: what an implementation of {@link
 * ReplicatedLog} retries after an unknown outcome is executed once all the same. It numbers the
 * commands of this client in a session with each group, which it opens with the first command and
 * anew when the group has forgotten it.
 *
 * <p>A command that fails with {@code OUTCOME_UNKNOWN} may take effect once, or not at all.
 * Thread-safe; nothing here blocks.
 */
public final class SessionedLog implements ReplicatedLog {
  /** From the oldest command under way to the newest: beyond it, what the group kept is lost. */
  private static final int WINDOW = SessionPart.MAX_ANSWERS;

  private final Supplier<ReplicatedLog> log;
  private final Map<GroupId, Session> sessions = new HashMap<>(); // under the lock of this object

  /**
   * Sessions on a log.
   *
   * @param log asked for before each call
   */
  public SessionedLog(Supplier<ReplicatedLog> log) {
    this.log = log;
  }

  /** A session with one group, and what is under way in it. */
  private static final class Session {
    private final CompletionStage<Long> number;
    private final TreeSet<Long> underWay = new TreeSet<>();
    private long next = 1;

    Session(CompletionStage<Long> number) {
      this.number = number;
    }

    synchronized long begin() {
      if (!underWay.isEmpty() && next - underWay.first() >= WINDOW) {
        throw new ReplicatedLogException(
            Reason.OVERLOADED,
            "a command of this peer waits for its answer, and "
                + WINDOW
                + " have begun since; try again later");
      }
      underWay.add(next);
      return next++;
    }

    synchronized long acknowledgedBelow() {
      return underWay.isEmpty() ? next : underWay.first();
    }

    synchronized void end(long sequence) {
      underWay.remove(sequence);
    }
  }

  @Override
  public CompletionStage<Applied> propose(GroupId group, Bytes command) {
    Session session = session(group);
    long sequence;
    try {
      sequence = session.begin();
    } catch (ReplicatedLogException full) {
      return CompletableFuture.failedStage(full);
    }
    return session
        .number
        .thenCompose(
            number ->
                log.get()
                    .propose(
                        group,
                        new SessionCommand.Run(
                                number, sequence, session.acknowledgedBelow(), command)
                            .encode()))
        .whenComplete((applied, failure) -> session.end(sequence))
        .thenApply(applied -> executed(group, session, applied));
  }

  private Applied executed(GroupId group, Session session, Applied applied) {
    Answer answer = Answer.decode(applied.answer());
    if (answer.status() == Status.EXPIRED) {
      forget(group, session);
      throw new ReplicatedLogException(
          Reason.OUTCOME_UNKNOWN,
          group
              + " has forgotten this peer's session, as it was not used for long: whether the"
              + " command was applied before is not known; read before trying again");
    }
    if (answer.status() == Status.DAMAGED) {
      throw new IllegalStateException("a command to " + group + " was damaged on its way");
    }
    return new Applied(applied.index(), answer.answer());
  }

  private synchronized Session session(GroupId group) {
    Session session = sessions.get(group);
    if (session == null) {
      Session opened = new Session(open(group));
      sessions.put(group, opened);
      opened.number.whenComplete(
          (number, failure) -> {
            if (failure != null) {
              forget(group, opened);
            }
          });
      session = opened;
    }
    return session;
  }

  /** A session more than once opened does no harm: nobody uses it, and it goes by itself. */
  private CompletionStage<Long> open(GroupId group) {
    return log.get()
        .propose(group, new SessionCommand.Open().encode())
        .thenApply(applied -> new BinaryReader(applied.answer()).i64())
        .exceptionally(
            failure -> {
              Throwable cause = failure.getCause() == null ? failure : failure.getCause();
              if (cause instanceof ReplicatedLogException known
                  && known.reason() == Reason.OUTCOME_UNKNOWN) {
                throw new ReplicatedLogException(
                    Reason.UNAVAILABLE,
                    "no session with " + group + " could be opened; nothing was done; try again");
              }
              throw failure instanceof RuntimeException runtime
                  ? runtime
                  : new CompletionException(failure);
            });
  }

  private synchronized void forget(GroupId group, Session session) {
    sessions.remove(group, session);
  }

  @Override
  public CompletionStage<Long> readIndex(GroupId group) {
    return log.get().readIndex(group);
  }

  @Override
  public CompletionStage<Bytes> query(GroupId group, long atLeast, Bytes query) {
    return log.get().query(group, atLeast, query);
  }
}
