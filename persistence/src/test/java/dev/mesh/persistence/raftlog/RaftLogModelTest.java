package dev.mesh.persistence.raftlog;

import static dev.mesh.persistence.raftlog.RaftLogStoreTest.A;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.B;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.GROUP;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.MEMBERS;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.MESH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.HardState;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.Recovered;
import dev.mesh.protocols.raft.Recovery;
import dev.mesh.protocols.raft.SnapshotMark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random but valid histories of a log, with kills in between: what is read back must always fold to
 * the state that the whole, never shortened history folds to.
 */
class RaftLogModelTest {
  private static final int KILLS = 12;
  private static final int BATCHES_PER_LIFE = 15;

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void recoversWhatWasPersisted(long seed) {
    History history = new History(new Random(seed));
    Path folder = temp.resolve("life-0");
    for (int life = 0; life < KILLS; life++) {
      Path next = temp.resolve("life-" + (life + 1));
      try (Store store = Store.open(folder, StoreFixtures.settings())) {
        Recovery recovery = new Recovery(MEMBERS);
        List<LogRecord> read = new ArrayList<>();
        LogWriter writer =
            new RaftLogStore(store, MESH)
                .open(
                    GROUP,
                    record -> {
                      read.add(record);
                      recovery.add(record);
                    });
        assertEquals(history.folded(), recovery.recovered(history.mark), () -> "read " + read);
        for (int batch = 1; batch <= BATCHES_PER_LIFE; batch++) {
          RaftLogStoreTest.append(writer, batch, history.next().toArray(LogRecord[]::new));
        }
        StoreFixtures.killedCopy(folder, next);
      }
      folder = next;
    }
    assertTrue(history.compactions > 0, "the history compacted nothing");
  }

  /** Makes valid batches and remembers all of them. */
  private static final class History {
    final Random random;
    final List<LogRecord> all = new ArrayList<>();
    final List<Long> terms = new ArrayList<>(); // of the entries after the mark
    HardState state = new HardState(1, Optional.of(A));
    SnapshotMark mark = SnapshotMark.beginning(MEMBERS);
    int compactions;

    History(Random random) {
      this.random = random;
    }

    Recovered folded() {
      Recovery recovery = new Recovery(MEMBERS);
      all.forEach(recovery::add);
      return recovery.recovered(mark);
    }

    List<LogRecord> next() {
      List<LogRecord> batch = new ArrayList<>();
      if (all.isEmpty()) {
        batch.add(new LogRecord.TermAndVote(state));
      }
      for (int i = random.nextInt(3); i >= 0; i--) {
        int kind = random.nextInt(10);
        if (kind < 5 || last() == mark.index()) {
          append(batch);
        } else if (kind < 7) {
          newLeaderCuts(batch);
        } else if (kind < 9) {
          compact(batch);
        } else {
          install(batch);
        }
      }
      all.addAll(batch);
      return batch;
    }

    private long last() {
      return mark.index() + terms.size();
    }

    private void append(List<LogRecord> batch) {
      List<Entry> entries = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        byte[] payload = new byte[random.nextInt(300)];
        random.nextBytes(payload);
        terms.add(state.term());
        entries.add(new Entry(last(), state.term(), EntryType.COMMANDS, Bytes.wrap(payload)));
      }
      batch.add(new LogRecord.Appended(entries));
    }

    private void newLeaderCuts(List<LogRecord> batch) {
      state = new HardState(state.term() + 1, Optional.of(random.nextBoolean() ? A : B));
      batch.add(new LogRecord.TermAndVote(state));
      int keep = random.nextInt(terms.size());
      terms.subList(keep, terms.size()).clear();
      batch.add(new LogRecord.Truncated(last() + 1));
      append(batch);
    }

    private void compact(List<LogRecord> batch) {
      int covered = 1 + random.nextInt(terms.size());
      mark = new SnapshotMark(mark.index() + covered, terms.get(covered - 1), MEMBERS);
      terms.subList(0, covered).clear();
      batch.add(new LogRecord.CompactedTo(mark));
      batch.add(new LogRecord.TermAndVote(state));
      compactions++;
    }

    private void install(List<LogRecord> batch) {
      mark = new SnapshotMark(last() + random.nextInt(4), state.term(), MEMBERS);
      terms.clear();
      batch.add(new LogRecord.SnapshotInstalled(mark));
      batch.add(new LogRecord.TermAndVote(state));
    }
  }
}
