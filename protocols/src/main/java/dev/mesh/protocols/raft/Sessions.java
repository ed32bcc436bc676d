package dev.mesh.protocols.raft;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sessions of a state machine's clients (thesis §6.3): a command that is sent again, because
 * its answer did not come, is executed once. It is part of the machine's state: every replica calls
 * it in the order of the log, and all hold the same.
 *
 * <p>A client opens a session by a command; the machine gives it an id that no session ever had,
 * such as the command's place in the log. Then the client numbers its commands from 1 on, sends a
 * command again under its number, and says with each below which number it needs no more answers.
 *
 * <p>Bounded: the session that was used longest ago goes when one too many is opened; a session
 * that holds one answer too many forgets the one with the lowest number, so a client has no more
 * commands under way than answers are kept. What is forgotten is {@link Verdict.Expired}: never
 * executed again. Not thread-safe.
 */
public final class Sessions {
  /** What to do with a command. */
  public sealed interface Verdict {
    /** Execute it, and report the answer with {@link Sessions#answered}. */
    record New() implements Verdict {}

    /** It was executed: this was the answer. */
    record Answered(Bytes answer) implements Verdict {}

    /** Whether it was executed is not known any more: it must not be. */
    record Expired() implements Verdict {}
  }

  private static final int FORMAT = 1;

  private static final class Session {
    private long lastUse;

    /** Of the commands below it, no answers are kept. */
    private long floor = 1;

    private final TreeMap<Long, Bytes> answers = new TreeMap<>();
  }

  private final int maxSessions;
  private final int maxAnswers;
  private final Map<String, Session> sessions = new HashMap<>();
  private final TreeMap<Long, String> byLastUse = new TreeMap<>();
  private final Set<String> changed = new TreeSet<>();
  private long uses;

  /**
   * All replicas must use the same figures.
   *
   * @param maxSessions at least 1
   * @param maxAnswers of one session, at least 1
   */
  public Sessions(int maxSessions, int maxAnswers) {
    if (maxSessions < 1 || maxAnswers < 1) {
      throw new IllegalArgumentException(
          maxSessions + " sessions of " + maxAnswers + " answers: at least 1 each is needed");
    }
    this.maxSessions = maxSessions;
    this.maxAnswers = maxAnswers;
  }

  public int size() {
    return sessions.size();
  }

  /**
   * Begins a session, if need be in the place of the one that was used longest ago.
   *
   * @throws IllegalArgumentException if there is a session with this id
   */
  public void open(String session) {
    if (sessions.containsKey(session)) {
      throw new IllegalArgumentException("session " + session + " is open already");
    }
    if (sessions.size() == maxSessions) {
      String oldest = byLastUse.pollFirstEntry().getValue();
      sessions.remove(oldest);
      changed.add(oldest);
    }
    Session opened = new Session();
    sessions.put(session, opened);
    use(session, opened);
  }

  /**
   * What to do with a command.
   *
   * @param sequence the command's number in its session, from 1 on
   * @param acknowledgedBelow the client has the answers to all commands below this number
   */
  public Verdict check(String session, long sequence, long acknowledgedBelow) {
    Session known = sessions.get(session);
    if (known == null) {
      return new Verdict.Expired();
    }
    use(session, known);
    forgetBelow(known, acknowledgedBelow);
    Bytes answer = known.answers.get(sequence);
    if (answer != null) {
      return new Verdict.Answered(answer);
    }
    return sequence < known.floor ? new Verdict.Expired() : new Verdict.New();
  }

  /**
   * Keeps the answer to a command that was {@link Verdict.New}.
   *
   * @throws IllegalArgumentException if it was not
   */
  public void answered(String session, long sequence, Bytes answer) {
    Session known = sessions.get(session);
    if (known == null || sequence < known.floor || known.answers.containsKey(sequence)) {
      throw new IllegalArgumentException(
          "command " + sequence + " of session " + session + " was not to be executed");
    }
    known.answers.put(sequence, answer);
    if (known.answers.size() > maxAnswers) {
      forgetBelow(known, known.answers.firstKey() + 1);
    }
    changed.add(session);
  }

  private static void forgetBelow(Session session, long number) {
    session.floor = Math.max(session.floor, number);
    session.answers.headMap(session.floor, false).clear();
  }

  private void use(String id, Session session) {
    byLastUse.remove(session.lastUse);
    session.lastUse = ++uses;
    byLastUse.put(session.lastUse, id);
    changed.add(id);
  }

  // A session as a row of the machine's store.

  /** The rows that are not what they were at the last call: empty for a session that is gone. */
  public Map<String, Optional<Bytes>> changes() {
    Map<String, Optional<Bytes>> rows = new LinkedHashMap<>();
    changed.forEach(id -> rows.put(id, Optional.ofNullable(sessions.get(id)).map(Sessions::row)));
    changed.clear();
    return rows;
  }

  /** All rows, by the sessions' ids. */
  public Map<String, Bytes> rows() {
    Map<String, Bytes> rows = new TreeMap<>();
    sessions.forEach((id, session) -> rows.put(id, row(session)));
    return rows;
  }

  /**
   * Takes back a row that was stored, in any order, before any other use.
   *
   * @throws BinaryReader.MalformedException if it is no such row
   */
  public void restore(String id, Bytes row) {
    BinaryReader in = new BinaryReader(row);
    int format = in.u8();
    if (format != FORMAT) {
      throw new BinaryReader.MalformedException(
          "session " + id + " has format " + format + ": it was written by a newer version");
    }
    Session session = new Session();
    session.lastUse = in.i64();
    session.floor = in.i64();
    for (int left = in.count(); left > 0; left--) {
      session.answers.put(in.i64(), in.bytes());
    }
    in.end();
    sessions.put(id, session);
    byLastUse.put(session.lastUse, id);
    uses = Math.max(uses, session.lastUse);
  }

  private static Bytes row(Session session) {
    BinaryWriter out = new BinaryWriter(64).u8(FORMAT).i64(session.lastUse).i64(session.floor);
    out.i32(session.answers.size());
    session.answers.forEach((sequence, answer) -> out.i64(sequence).bytes(answer));
    return out.done();
  }
}
