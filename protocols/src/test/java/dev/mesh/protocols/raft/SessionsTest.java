package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.Bytes;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final Sessions.Verdict NEW = new Sessions.Verdict.New();
  private static final Sessions.Verdict EXPIRED = new Sessions.Verdict.Expired();

  private final Sessions sessions = new Sessions(2, 2);

  @Test
  void aRetryGetsTheAnswerAgain() {
    sessions.open("s");
    assertEquals(NEW, sessions.check("s", 1, 1));
    sessions.answered("s", 1, Bytes.utf8("one"));
    assertEquals(new Sessions.Verdict.Answered(Bytes.utf8("one")), sessions.check("s", 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> sessions.answered("s", 1, Bytes.utf8("other")));
  }

  @Test
  void whatIsAcknowledgedIsForgottenAndNeverExecutedAgain() {
    execute("s", 1);
    assertEquals(NEW, sessions.check("s", 2, 2));
    assertEquals(EXPIRED, sessions.check("s", 1, 1));
  }

  @Test
  void commandsMayOvertakeOneAnother() {
    execute("s", 2);
    assertEquals(NEW, sessions.check("s", 1, 1));
  }

  @Test
  void answersAreBounded() {
    execute("s", 1);
    answer("s", 2);
    answer("s", 3);
    assertEquals(EXPIRED, sessions.check("s", 1, 1));
    assertEquals(new Sessions.Verdict.Answered(Bytes.utf8("s2")), sessions.check("s", 2, 1));
  }

  @Test
  void theSessionUsedLongestAgoGoesFirst() {
    sessions.open("a");
    sessions.open("b");
    assertEquals(NEW, sessions.check("a", 1, 1));
    sessions.open("c");
    assertEquals(2, sessions.size());
    assertEquals(EXPIRED, sessions.check("b", 1, 1));
    assertEquals(NEW, sessions.check("a", 1, 1));
    assertThrows(IllegalArgumentException.class, () -> sessions.open("a"));
  }

  @Test
  void rowsBringBackTheSameTable() {
    execute("a", 1);
    execute("b", 1);
    sessions.check("a", 2, 2);
    Sessions copy = new Sessions(2, 2);
    sessions.rows().forEach(copy::restore);
    assertEquals(sessions.rows(), copy.rows());
    copy.open("c");
    sessions.open("c");
    assertEquals(Set.of("a", "c"), copy.rows().keySet());
    assertEquals(sessions.rows(), copy.rows());
    assertThrows(
        BinaryReader.MalformedException.class, () -> copy.restore("d", Bytes.utf8("no row")));
  }

  @Test
  void changesAreToldOnce() {
    execute("a", 1);
    assertEquals(Set.of("a"), sessions.changes().keySet());
    assertEquals(Map.of(), sessions.changes());
    sessions.open("b");
    sessions.open("c");
    Map<String, Optional<Bytes>> changes = sessions.changes();
    assertEquals(Set.of("a", "b", "c"), changes.keySet());
    assertEquals(Optional.empty(), changes.get("a"));
    assertEquals(Optional.of(sessions.rows().get("c")), changes.get("c"));
  }

  private void execute(String session, long sequence) {
    sessions.open(session);
    answer(session, sequence);
  }

  private void answer(String session, long sequence) {
    assertEquals(NEW, sessions.check(session, sequence, 1));
    sessions.answered(session, sequence, Bytes.utf8(session + sequence));
  }
}
