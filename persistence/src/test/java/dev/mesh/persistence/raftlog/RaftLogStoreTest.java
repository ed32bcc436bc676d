package dev.mesh.persistence.raftlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.HardState;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftLogStoreTest {
  static final PeerId A = new PeerId("peer-a");
  static final PeerId B = new PeerId("peer-b");
  static final MeshId MESH = MeshId.of(List.of(A, B));
  static final GroupId GROUP = new GroupId(7);
  static final Membership MEMBERS = new Membership(List.of(A), List.of(B));

  @TempDir Path temp;
  private Store store;
  private RaftLogStore logs;

  @BeforeEach
  void open() {
    store = Store.open(temp.resolve("data"), StoreFixtures.settings());
    logs = new RaftLogStore(store, MESH);
  }

  @AfterEach
  void close() {
    store.close();
  }

  static void append(LogWriter writer, long batch, LogRecord... records) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    writer.append(
        batch,
        List.of(records),
        failure -> {
          if (failure == null) {
            done.complete(null);
          } else {
            done.completeExceptionally(failure);
          }
        });
    done.join();
  }

  static LogRecord.TermAndVote vote(long term, PeerId to) {
    return new LogRecord.TermAndVote(new HardState(term, Optional.of(to)));
  }

  static LogRecord.Appended entries(long from, long to, long term) {
    List<Entry> entries = new ArrayList<>();
    for (long i = from; i <= to; i++) {
      entries.add(new Entry(i, term, EntryType.COMMANDS, Bytes.utf8("entry-" + i + "-" + term)));
    }
    return new LogRecord.Appended(entries);
  }

  static LogRecord.CompactedTo compactedTo(long index, long term) {
    return new LogRecord.CompactedTo(new SnapshotMark(index, term, MEMBERS));
  }

  private static List<LogRecord> read(RaftLogStore logs, GroupId group) {
    List<LogRecord> records = new ArrayList<>();
    logs.open(group, records::add);
    return records;
  }

  private List<LogRecord> read() {
    return read(logs, GROUP);
  }

  @Test
  void givesBackEveryKindOfRecord() {
    List<LogRecord> written =
        List.of(
            new LogRecord.TermAndVote(HardState.INITIAL),
            vote(3, A),
            new LogRecord.Appended(
                List.of(
                    new Entry(1, 3, EntryType.NO_OP, Bytes.EMPTY),
                    new Entry(2, 3, EntryType.COMMANDS, Bytes.wrap(new byte[100_000])),
                    new Entry(3, 3, EntryType.CONFIGURATION, Bytes.utf8("members")))),
            new LogRecord.Truncated(2),
            compactedTo(1, 3),
            new LogRecord.SnapshotInstalled(new SnapshotMark(9, 3, MEMBERS)),
            vote(4, B));
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, written.toArray(LogRecord[]::new));
    assertEquals(written, read());
  }

  @Test
  void keepsGroupsApart() {
    assertFalse(logs.holds(GROUP));
    append(logs.open(GROUP, record -> {}), 1, vote(1, A));
    GroupId other = new GroupId(8);
    append(logs.open(other, record -> {}), 1, vote(2, B));
    assertEquals(List.of(vote(1, A)), read());
    assertEquals(List.of(vote(2, B)), read(logs, other));
    assertTrue(logs.holds(GROUP));
    assertFalse(logs.holds(new GroupId(9)));
  }

  @Test
  void survivesAKillAndGoesOn() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    append(writer, 2, entries(1, 3, 1));
    Path copy = StoreFixtures.killedCopy(store.folder(), temp.resolve("copy"));
    try (Store again = Store.open(copy, StoreFixtures.settings())) {
      RaftLogStore reopened = new RaftLogStore(again, MESH);
      List<LogRecord> found = new ArrayList<>();
      LogWriter next = reopened.open(GROUP, found::add);
      assertEquals(List.of(vote(1, A), entries(1, 3, 1)), found);
      append(next, 1, entries(4, 4, 1));
      assertEquals(3, read(reopened, GROUP).size());
    }
  }

  @Test
  void dropsWhatACompactionMadeSuperfluous() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    append(writer, 2, entries(1, 3, 1));
    append(writer, 3, entries(4, 6, 1));
    append(writer, 4, entries(7, 9, 1));
    append(writer, 5, compactedTo(5, 1), vote(1, A));
    append(writer, 6, entries(10, 10, 1));
    assertEquals(
        List.of(
            entries(4, 6, 1), entries(7, 9, 1), compactedTo(5, 1), vote(1, A), entries(10, 10, 1)),
        read());
  }

  @Test
  void dropsEverythingBeforeAMarkThatCoversIt() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A), entries(1, 3, 1));
    append(writer, 2, compactedTo(3, 1), vote(1, A));
    append(writer, 3, vote(2, B));
    assertEquals(List.of(compactedTo(3, 1), vote(1, A), vote(2, B)), read());
  }

  @Test
  void whatPrecedesTheFrontInItsBatchIsDroppedToo() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A), entries(1, 5, 1));
    append(writer, 2, vote(2, A), new LogRecord.Truncated(3), entries(3, 9, 2));
    append(writer, 3, compactedTo(6, 2), vote(2, A));
    append(writer, 4, vote(3, A));
    assertEquals(List.of(entries(3, 9, 2), compactedTo(6, 2), vote(2, A), vote(3, A)), read());
  }

  @Test
  void refusesAGap() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    append(writer, 2, vote(2, A));
    append(writer, 3, vote(3, A));
    delete(new LogFrames(MESH, GROUP).batchKey(2));
    StoreException refusal = assertThrows(StoreException.class, this::read);
    assertTrue(refusal.getMessage().contains("batch 2 is missing"), refusal.getMessage());
  }

  @Test
  void refusesAMissingFront() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    append(writer, 2, entries(1, 2, 1));
    append(writer, 3, compactedTo(2, 1), vote(1, A));
    append(writer, 4, entries(3, 3, 1));
    delete(new LogFrames(MESH, GROUP).batchKey(3));
    assertThrows(StoreException.class, this::read);
    delete(new LogFrames(MESH, GROUP).batchKey(4));
    assertThrows(StoreException.class, this::read);
  }

  private void delete(byte[] key) {
    store
        .write(new Batch().delete(Space.LOGS, key), Durability.SYNCED)
        .toCompletableFuture()
        .join();
  }

  @Test
  void refusesTheLogOfAnotherMesh() {
    append(logs.open(GROUP, record -> {}), 1, vote(1, A));
    RaftLogStore stranger = new RaftLogStore(store, MeshId.of(List.of(B)));
    StoreException refusal =
        assertThrows(StoreException.class, () -> stranger.open(GROUP, record -> {}));
    assertTrue(refusal.getMessage().contains(MESH.value()), refusal.getMessage());
  }

  @Test
  void takesBatchesOnlyInOrder() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    assertThrows(IllegalArgumentException.class, () -> append(writer, 1, vote(2, A)));
    assertThrows(IllegalArgumentException.class, () -> append(writer, 3, vote(2, A)));
  }

  @Test
  void takesNothingMoreAfterARefusal() {
    LogWriter writer = logs.open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    int tooLarge = (int) StoreFixtures.settings().maxWaitingBytes();
    Entry large = new Entry(1, 1, EntryType.COMMANDS, Bytes.wrap(new byte[tooLarge]));
    assertThrows(
        CompletionException.class, () -> append(writer, 2, new LogRecord.Appended(List.of(large))));
    assertThrows(CompletionException.class, () -> append(writer, 3, entries(1, 1, 1)));
    assertEquals(List.of(vote(1, A)), read());
  }
}
