package dev.mesh.persistence.raftlog;

import static dev.mesh.persistence.raftlog.RaftLogStoreTest.A;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.B;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.GROUP;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.MESH;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.append;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.compactedTo;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.entries;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.vote;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.SnapshotMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogInspectorTest {
  private static final LogFrames FRAMES = new LogFrames(MESH, GROUP);

  /** Every payload is one command; labels are not used. */
  private static final LogInspector.HostForms FORMS =
      new LogInspector.HostForms() {
        @Override
        public List<Bytes> commands(Bytes payload) {
          if (payload.isEmpty()) {
            throw new IllegalStateException("no command");
          }
          return List.of(payload);
        }

        @Override
        public SnapshotMark mark(Bytes label) {
          throw new IllegalStateException("no label is expected");
        }
      };

  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void aPeerHasRun() {
    folder = temp.resolve("data");
    change(
        store -> {
          PeerIdentity identity = new PeerIdentity(store);
          identity.claim(A);
          identity.putFounders(FoundingSet.of(List.of(A, B)));
          LogWriter writer = new RaftLogStore(store, MESH).open(GROUP, record -> {});
          append(writer, 1, vote(1, A));
          append(writer, 2, entries(1, 3, 1));
          append(writer, 3, entries(4, 6, 1));
          append(writer, 4, compactedTo(3, 1), vote(1, A));
          append(
              writer,
              5,
              vote(2, B),
              new LogRecord.Appended(List.of(new Entry(7, 2, EntryType.NO_OP, Bytes.EMPTY))));
          apply(store, 5);
        });
  }

  private void change(Consumer<Store> with) {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      with.accept(store);
    }
  }

  private static void apply(Store store, long upTo) {
    GroupStore machine = GroupStore.open(store, GROUP, 1, 1 << 20);
    for (long index = machine.appliedIndex() + 1; index <= upTo; index++) {
      machine.commit(index, machine.changes());
    }
    machine.barrier().toCompletableFuture().join();
  }

  private void write(Batch batch) {
    change(store -> store.write(batch, Durability.SYNCED).toCompletableFuture().join());
  }

  private LogInspector open() {
    return LogInspector.open(folder, StoreFixtures.settings(), FORMS);
  }

  private GroupInspection inspect() {
    try (LogInspector inspector = open()) {
      return inspector.inspect(GROUP);
    }
  }

  private void assertProblem(String part) {
    List<String> problems = inspect().problems();
    assertTrue(
        problems.stream().anyMatch(problem -> problem.contains(part)), () -> problems.toString());
  }

  @Test
  void aWholeLogFitsAndIsDescribed() {
    try (LogInspector inspector = open()) {
      assertEquals(A, inspector.peer().orElseThrow());
      assertEquals(MESH, inspector.mesh().orElseThrow());
      assertEquals(List.of(GROUP), inspector.groups());
      GroupInspection found = inspector.inspect(GROUP);
      assertEquals(List.of(), found.problems());
      assertEquals(vote(2, B).state(), found.hardState());
      assertEquals(3, found.compacted().index());
      assertEquals(4, found.firstIndex());
      assertEquals(7, found.lastIndex());
      assertEquals(OptionalLong.of(5), found.applied());
      assertEquals(3, found.totals().get(EntryType.COMMANDS).entries());
      assertEquals(3L * "entry-4-1".length(), found.totals().get(EntryType.COMMANDS).bytes());
      assertEquals(1, found.totals().get(EntryType.NO_OP).entries());
    }
  }

  @Test
  void nothingIsChanged() throws IOException {
    Map<Path, Bytes> before = files();
    inspect();
    assertEquals(before, files());
  }

  private Map<Path, Bytes> files() throws IOException {
    Map<Path, Bytes> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file, Bytes.wrap(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void aKilledPeersFolderIsReadWithWhatIsOnlyInTheWriteAheadLog() {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      LogWriter writer = new RaftLogStore(store, MESH).open(GROUP, record -> {});
      append(writer, 1, entries(8, 9, 2));
      folder = StoreFixtures.killedCopy(folder, temp.resolve("killed"));
    }
    assertEquals(9, inspect().lastIndex());
  }

  @Test
  void everyDamagedRecordIsTold() {
    write(
        new Batch()
            .put(Space.LOGS, FRAMES.batchKey(3), new byte[] {1, 2, 3, 4, 5, 6})
            .put(Space.LOGS, FRAMES.batchKey(5), new byte[] {1}));
    assertEquals(2, inspect().problems().size(), () -> inspect().problems().toString());
    assertProblem("is damaged");
  }

  @Test
  void aGapIsTold() {
    write(new Batch().delete(Space.LOGS, FRAMES.batchKey(4)));
    assertEquals(List.of("the log has a gap: batches 4 to 4 are missing"), inspect().problems());
  }

  @Test
  void aMissingFrontIsTold() {
    write(new Batch().delete(Space.LOGS, FRAMES.batchKey(3)));
    assertProblem("batches 3 to 3 are missing");
  }

  @Test
  void recordsThatDoNotFitTogetherAreTold() {
    LogRecord leap = entries(9, 9, 2);
    write(new Batch().put(Space.LOGS, FRAMES.batchKey(6), FRAMES.batch(List.of(leap))));
    assertProblem("entry 9 comes after entry 7");
  }

  @Test
  void aMachineBehindTheCompactionOrBeyondTheLogIsTold() {
    change(store -> apply(store, 8));
    assertProblem("the state machine stands at entry 8");
    LogRecord mark =
        new LogRecord.SnapshotInstalled(
            new SnapshotMark(20, 2, compactedTo(3, 1).mark().membership()));
    write(new Batch().put(Space.LOGS, FRAMES.batchKey(6), FRAMES.batch(List.of(mark))));
    assertProblem("the state machine stands at entry 8");
  }

  @Test
  void anEntryWhoseCommandsCannotBeReadIsTold() {
    LogRecord odd =
        new LogRecord.Appended(List.of(new Entry(8, 2, EntryType.COMMANDS, Bytes.EMPTY)));
    write(new Batch().put(Space.LOGS, FRAMES.batchKey(6), FRAMES.batch(List.of(odd))));
    assertProblem("entry 8 cannot be read");
  }

  @Test
  void theLogOfAnotherMeshIsToldInBoundedWords() {
    MeshId other = MeshId.of(List.of(B));
    change(
        store -> {
          GroupId foreign = new GroupId(9);
          LogWriter writer = new RaftLogStore(store, other).open(foreign, record -> {});
          for (int i = 1; i <= LogInspector.MAX_PROBLEMS + 2; i++) {
            append(writer, i, vote(i, B));
          }
        });
    try (LogInspector inspector = open()) {
      assertEquals(List.of(GROUP, new GroupId(9)), inspector.groups());
      List<String> problems = inspector.inspect(new GroupId(9)).problems();
      assertTrue(problems.get(0).contains(other.value()), problems.get(0));
      assertEquals("and 2 more", problems.get(LogInspector.MAX_PROBLEMS));
      assertEquals(List.of(), inspector.inspect(GROUP).problems());
    }
  }

  @Test
  void aFolderInUseIsRefusedAndNamed() {
    try (Store running = Store.open(folder, StoreFixtures.settings())) {
      StoreException refusal = assertThrows(StoreException.class, this::open);
      assertTrue(refusal.getMessage().contains(running.folder().toString()), refusal.getMessage());
      assertTrue(refusal.getMessage().contains("in use"), refusal.getMessage());
    }
  }

  @Test
  void noPeerStartsWhileItIsLookedAt() {
    try (LogInspector inspector = open()) {
      assertThrows(
          StoreException.class, () -> Store.open(inspector.folder(), StoreFixtures.settings()));
    }
  }

  @Test
  void anyOtherFolderIsRefusedAndStaysAsItIs() throws IOException {
    folder = Files.createDirectory(temp.resolve("other"));
    StoreException refusal = assertThrows(StoreException.class, this::open);
    assertTrue(refusal.getMessage().contains("no peer's data folder"), refusal.getMessage());
    assertEquals(Map.of(), files());
  }
}
