package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaftLogTest {
  private static final Membership GROUP = Membership.of(List.of(new PeerId("a")));

  private final RaftLog log = new RaftLog(SnapshotMark.beginning(GROUP), List.of());

  /** Against a plain list, through many rounds of the ring. */
  @Test
  void holdsWhatAPlainListHolds() {
    SeededDraws draws = new SeededDraws(1);
    List<Entry> all = new ArrayList<>();
    long term = 1;
    for (int step = 0; step < 5_000; step++) {
      int draw = draws.below(100);
      if (draw < 60) {
        term += draws.chance(10) ? 1 : 0;
        Entry entry = entry(all.size() + 1, term, draws.below(50));
        all.add(entry);
        log.append(entry);
      } else if (draw < 70 && log.lastIndex() >= log.firstIndex()) {
        long from = draws.between(log.firstIndex(), log.lastIndex());
        all.subList((int) from - 1, all.size()).clear();
        log.truncateFrom(from);
        term = Math.max(1, log.lastTerm());
      } else if (draw < 80 && log.lastIndex() >= log.firstIndex()) {
        long to = draws.between(log.firstIndex(), log.lastIndex());
        log.compactTo(new SnapshotMark(to, log.termAt(to), GROUP));
      }
      log.checkInvariants();
      check(all);
    }
  }

  private void check(List<Entry> all) {
    assertEquals(all.size(), log.lastIndex());
    List<Entry> tail = all.subList((int) log.firstIndex() - 1, all.size());
    assertEquals(
        tail.stream().mapToLong(Entry::size).sum(), log.bytesAfter(log.compacted().index()));
    if (!tail.isEmpty()) {
      assertEquals(tail, log.slice(log.firstIndex(), log.lastIndex(), Long.MAX_VALUE));
      assertEquals(tail.subList(0, 1), log.slice(log.firstIndex(), log.lastIndex(), 1));
    }
  }

  @Test
  void findsWhereTermsBeginAndEnd() {
    for (long term : new long[] {1, 1, 3, 3, 3, 6}) {
      log.append(entry(log.lastIndex() + 1, term, 0));
    }
    assertEquals(3, log.firstOfTermAt(5));
    assertEquals(5, log.lastNotAbove(4));
    assertEquals(0, log.lastNotAbove(0));
    assertEquals(6, log.lastNotAbove(9));
  }

  @Test
  void theLaterTermIsMoreUpToDateAndThenTheLongerLog() {
    log.append(entry(1, 1, 0));
    log.append(entry(2, 2, 0));
    assertTrue(log.isCoveredBy(1, 3));
    assertTrue(log.isCoveredBy(2, 2));
    assertFalse(log.isCoveredBy(1, 2));
    assertFalse(log.isCoveredBy(9, 1));
  }

  @Test
  void gapsAndEarlierTermsAreRefused() {
    log.append(entry(1, 2, 0));
    assertThrows(IllegalStateException.class, () -> log.append(entry(3, 2, 0)));
    assertThrows(IllegalStateException.class, () -> log.append(entry(2, 1, 0)));
    assertThrows(IllegalStateException.class, () -> log.termAt(2));
  }

  private static Entry entry(long index, long term, int size) {
    return new Entry(index, term, EntryType.COMMANDS, Bytes.wrap(new byte[size]));
  }
}
