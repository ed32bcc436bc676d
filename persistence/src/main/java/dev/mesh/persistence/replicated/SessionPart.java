package dev.mesh.persistence.replicated;

import dev.mesh.persistence.replicated.SessionCommand.Answer;
import dev.mesh.persistence.replicated.SessionCommand.Status;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.raft.Sessions;
import dev.mesh.protocols.raft.Sessions.Verdict;
import java.nio.ByteBuffer;
import java.util.function.BiFunction;

/**
 * Executes each command of a session once, however often it is committed (thesis §6.3). The table
 * is in memory as a whole and in a row for each session; it is part of the state, so its bounds are
 * the same at all replicas.
 */
final class SessionPart implements MachinePart {
  /** The session that was used longest ago goes when there would be more. */
  static final int MAX_SESSIONS = 1024;

  /** Answers that a session keeps, and so the commands that its client may have under way. */
  static final int MAX_ANSWERS = 4096;

  private static final int NUMBER = 2;
  private static final byte SESSION = 0x21;
  private static final byte LAST = 0x22;

  private final GroupStore store;
  private final BiFunction<Bytes, GroupChanges, Bytes> others;
  private Sessions sessions; // null until it is read
  private long lastSession;
  private boolean changed;

  /**
   * Sessions for the commands of other parts.
   *
   * @param others executes a command of another part
   */
  SessionPart(GroupStore store, BiFunction<Bytes, GroupChanges, Bytes> others) {
    this.store = store;
    this.others = others;
  }

  @Override
  public int number() {
    return NUMBER;
  }

  @Override
  public Bytes apply(Bytes command, GroupChanges changes) {
    SessionCommand decoded;
    try {
      decoded = SessionCommand.decode(command);
    } catch (MalformedException e) {
      return new Answer(Status.DAMAGED, Bytes.EMPTY).encode();
    }
    read();
    changed = true;
    if (decoded instanceof SessionCommand.Open) {
      lastSession++;
      sessions.open(Long.toString(lastSession));
      return number(lastSession);
    } else if (decoded instanceof SessionCommand.Run run) {
      return run(run, changes).encode();
    }
    throw new IllegalStateException("no rule for " + decoded);
  }

  private Answer run(SessionCommand.Run run, GroupChanges changes) {
    String session = Long.toString(run.session());
    Verdict verdict = sessions.check(session, run.sequence(), run.acknowledgedBelow());
    if (verdict instanceof Verdict.Answered known) {
      return new Answer(Status.DONE, known.answer());
    } else if (verdict instanceof Verdict.Expired) {
      return new Answer(Status.EXPIRED, Bytes.EMPTY);
    }
    Bytes answer = others.apply(run.command(), changes);
    sessions.answered(session, run.sequence(), answer);
    return new Answer(Status.DONE, answer);
  }

  private void read() {
    if (sessions == null) {
      sessions = new Sessions(MAX_SESSIONS, MAX_ANSWERS);
      try (GroupView view = store.view()) {
        view.scan(
            new byte[] {SESSION},
            new byte[] {LAST},
            (key, row) -> {
              sessions.restore(Long.toString(ByteBuffer.wrap(key).getLong(1)), row);
              return true;
            });
        Bytes last = view.get(new byte[] {LAST});
        lastSession = last == null ? 0 : new BinaryReader(last).i64();
      }
    }
  }

  @Override
  public void flushTo(GroupChanges changes) {
    if (changed) {
      sessions
          .changes()
          .forEach(
              (session, row) ->
                  row.ifPresentOrElse(
                      bytes -> changes.put(key(session), bytes),
                      () -> changes.delete(key(session))));
      changes.put(new byte[] {LAST}, number(lastSession));
      changed = false;
    }
  }

  @Override
  public void committed(long number) {
    // The table in memory is the newest state; nothing of it is read from the store again.
  }

  @Override
  public Bytes answer(Bytes query) {
    throw new MalformedException("sessions answer no queries");
  }

  @Override
  public void forget() {
    sessions = null;
    changed = false;
  }

  private static byte[] key(String session) {
    return ByteBuffer.allocate(1 + Long.BYTES)
        .put(SESSION)
        .putLong(Long.parseLong(session))
        .array();
  }

  private static Bytes number(long number) {
    return new BinaryWriter(Long.BYTES).i64(number).done();
  }
}
