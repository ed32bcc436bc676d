package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RecoveryTest {
  private static final Membership GROUP = Membership.of(List.of(new PeerId("a")));

  private final Recovery recovery = new Recovery(GROUP);

  @Test
  void nothingOnDiskIsTheBeginning() {
    assertEquals(
        new Recovered(HardState.INITIAL, SnapshotMark.beginning(GROUP), List.of(), mark(0, 0)),
        recovery.recovered(mark(0, 0)));
  }

  @Test
  void recordsAddUp() {
    add(
        term(2),
        appended(entry(1, 1), entry(2, 1), entry(3, 1)),
        new LogRecord.Truncated(2),
        appended(entry(2, 2), entry(3, 2), entry(4, 2)),
        new LogRecord.CompactedTo(mark(2, 2)));
    assertEquals(
        new Recovered(
            new HardState(2, Optional.empty()),
            mark(2, 2),
            List.of(entry(3, 2), entry(4, 2)),
            mark(3, 2)),
        recovery.recovered(mark(3, 2)));
  }

  @Test
  void aSnapshotTakesThePlaceOfTheLog() {
    add(term(3), appended(entry(1, 1)), new LogRecord.SnapshotInstalled(mark(9, 3)));
    add(appended(entry(10, 3)));
    assertEquals(List.of(entry(10, 3)), recovery.recovered(mark(9, 3)).entries());
  }

  @Test
  void theOldestRecordsMayBeDropped() {
    add(
        new LogRecord.Truncated(5),
        appended(entry(5, 2), entry(6, 2), entry(7, 2)),
        new LogRecord.CompactedTo(mark(6, 2)),
        term(2));
    assertEquals(List.of(entry(7, 2)), recovery.recovered(mark(6, 2)).entries());
  }

  @Test
  void whatWasCutOffBeforeTheFirstRecordIsNotMissed() {
    add(
        appended(entry(5, 1), entry(6, 1)),
        new LogRecord.Truncated(3),
        appended(entry(3, 2), entry(4, 2)),
        new LogRecord.CompactedTo(mark(3, 2)),
        term(2));
    assertEquals(List.of(entry(4, 2)), recovery.recovered(mark(3, 2)).entries());
  }

  @Test
  void eachIndexHasTheMembershipAsOfIt() {
    Membership more = GROUP.withLearner(new PeerId("b"));
    Membership evenMore = more.withLearner(new PeerId("c"));
    add(
        term(1),
        appended(entry(1, 1), change(2, more), entry(3, 1), change(4, evenMore)),
        new LogRecord.Truncated(4),
        appended(entry(4, 1)));
    assertEquals(GROUP, recovery.markAt(1).membership());
    assertEquals(more, recovery.markAt(2).membership());
    assertEquals(new SnapshotMark(4, 1, more), recovery.markAt(4));
  }

  @Test
  void aGapIsRefused() {
    add(term(1), appended(entry(1, 1)));
    refused("entry 3 comes after entry 1", () -> add(appended(entry(3, 1))));
  }

  @Test
  void aFirstEntryThatDoesNotFollowTheCompactionPointIsRefused() {
    add(appended(entry(5, 1)), new LogRecord.CompactedTo(mark(3, 1)), term(1));
    refused("begins at entry 5, not after entry 3", () -> recovery.recovered(mark(3, 1)));
  }

  @Test
  void aTermThatGoesBackIsRefused() {
    add(term(2));
    refused("term 1 comes after term 2", () -> add(term(1)));
  }

  @Test
  void anEntryWhoseTermGoesBackIsRefused() {
    add(term(2), appended(entry(1, 2)));
    refused("entry 2 goes back to term 1", () -> add(appended(entry(2, 1))));
  }

  @Test
  void aForgottenTermIsRefused() {
    add(appended(entry(1, 2)));
    refused("ends in term 2, after term 0", () -> recovery.recovered(mark(0, 0)));
  }

  @Test
  void cuttingOffWhatIsNotThereIsRefused() {
    add(term(1), appended(entry(1, 1)));
    refused("from entry 2 on", () -> add(new LogRecord.Truncated(2)));
  }

  @Test
  void compactingWhatIsNotThereIsRefused() {
    add(term(1), appended(entry(1, 1)));
    refused("compacted to entry 2", () -> add(new LogRecord.CompactedTo(mark(2, 1))));
  }

  @Test
  void aMachineThatIsOlderThanTheLogIsRefused() {
    add(term(1), appended(entry(1, 1), entry(2, 1)), new LogRecord.CompactedTo(mark(2, 1)));
    refused("stands at entry 1", () -> recovery.recovered(mark(1, 1)));
  }

  private void add(LogRecord... records) {
    List.of(records).forEach(recovery::add);
  }

  private static void refused(String why, Executable action) {
    String message = assertThrows(IllegalStateException.class, action).getMessage();
    assertTrue(message.contains(why), message);
  }

  private static LogRecord term(long term) {
    return new LogRecord.TermAndVote(new HardState(term, Optional.empty()));
  }

  private static LogRecord appended(Entry... entries) {
    return new LogRecord.Appended(List.of(entries));
  }

  private static Entry entry(long index, long term) {
    return new Entry(index, term, EntryType.COMMANDS, Bytes.utf8("x" + index));
  }

  private static Entry change(long index, Membership membership) {
    return new Entry(index, 1, EntryType.CONFIGURATION, membership.toBytes());
  }

  private static SnapshotMark mark(long index, long term) {
    return new SnapshotMark(index, term, GROUP);
  }
}
