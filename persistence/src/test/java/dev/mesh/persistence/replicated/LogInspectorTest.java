package dev.mesh.persistence.replicated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.raftlog.LogWriter;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.HardState;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogInspectorTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final MeshId MESH = MeshId.of(List.of(A, B));
  private static final GroupId GROUP = new GroupId(7);
  private static final Membership FIRST = Membership.of(List.of(A));
  private static final Membership SECOND = new Membership(List.of(A), List.of(B));
  private static final HardState VOTED = new HardState(2, Optional.of(B));
  private static final Bytes COMMAND = Bytes.utf8("command");

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

  /** Of a voter of the group, at entry 3 of 5. */
  @BeforeEach
  void aPeerHasRun() {
    folder = temp.resolve("data");
    change(
        store -> {
          PeerIdentity identity = new PeerIdentity(store);
          identity.claim(A);
          identity.putFounders(FoundingSet.of(List.of(A, B)));
          new HeldReplicas(store, new RaftLogStore(store, MESH)).add(GROUP, FIRST);
          append(
              store,
              new LogRecord.TermAndVote(VOTED),
              new LogRecord.Appended(
                  List.of(
                      new Entry(1, 1, EntryType.NO_OP, Bytes.EMPTY),
                      new Entry(2, 1, EntryType.COMMANDS, COMMAND),
                      new Entry(3, 1, EntryType.CONFIGURATION, SECOND.toBytes()),
                      new Entry(4, 2, EntryType.COMMANDS, COMMAND),
                      new Entry(5, 2, EntryType.COMMANDS, COMMAND))));
          apply(store, 3);
        });
  }

  private void change(Consumer<Store> with) {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      with.accept(store);
    }
  }

  private static void append(Store store, LogRecord... records) {
    CompletableFuture<Throwable> done = new CompletableFuture<>();
    LogWriter writer = new RaftLogStore(store, MESH).open(GROUP, record -> {});
    writer.append(1, List.of(records), done::complete);
    assertEquals(null, done.join());
  }

  private static LogRecord entry(long index, EntryType type, Bytes payload) {
    return new LogRecord.Appended(List.of(new Entry(index, 2, type, payload)));
  }

  private static void apply(Store store, long upTo) {
    GroupStore machine = GroupStore.open(store, GROUP, 1, 1 << 20);
    for (long index = machine.appliedIndex() + 1; index <= upTo; index++) {
      machine.commit(index, machine.changes());
    }
    machine.barrier().toCompletableFuture().join();
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
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.get(0).contains(part), problems.get(0));
  }

  @Test
  void whatFitsIsDescribed() {
    try (LogInspector inspector = open()) {
      assertEquals(A, inspector.peer().orElseThrow());
      assertEquals(MESH, inspector.mesh().orElseThrow());
      assertEquals(List.of(GROUP), inspector.groups());
      GroupInspection found = inspector.inspect(GROUP);
      assertEquals(List.of(), found.problems());
      assertEquals(VOTED, found.hardState());
      assertEquals(SnapshotMark.beginning(FIRST), found.compacted());
      assertEquals(Optional.of(SECOND), found.members());
      assertEquals(1, found.firstIndex());
      assertEquals(5, found.lastIndex());
      assertEquals(OptionalLong.of(3), found.applied());
      assertEquals(
          new GroupInspection.Total(3, 3L * COMMAND.length()),
          found.totals().get(EntryType.COMMANDS));
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
      append(store, entry(6, EntryType.COMMANDS, COMMAND));
      folder = StoreFixtures.killedCopy(folder, temp.resolve("killed"));
    }
    assertEquals(6, inspect().lastIndex());
  }

  @Test
  void aMachineBeyondTheLogIsTold() {
    change(store -> apply(store, 8));
    assertProblem("the state machine stands at entry 8 but the log holds 1 to 5");
  }

  @Test
  void aMachineBehindTheCompactionIsTold() {
    change(
        store ->
            append(
                store,
                new LogRecord.SnapshotInstalled(new SnapshotMark(20, 2, FIRST)),
                new LogRecord.TermAndVote(VOTED)));
    assertProblem("the state machine stands at entry 3");
  }

  @Test
  void whatIsInAnEntryIsRead() {
    change(store -> append(store, entry(6, EntryType.COMMANDS, Bytes.EMPTY)));
    assertProblem("entry 6 cannot be read");
  }

  @Test
  void manyProblemsAreToldInBoundedWords() {
    change(
        store -> {
          for (int i = 0; i < LogInspector.MAX_PROBLEMS + 2; i++) {
            append(store, entry(6 + i, EntryType.COMMANDS, Bytes.EMPTY));
          }
        });
    List<String> problems = inspect().problems();
    assertEquals("and 2 more", problems.get(LogInspector.MAX_PROBLEMS));
  }

  @Test
  void aLogWithoutRecordOfTheReplicaIsTold() {
    change(
        store -> {
          CompletableFuture<Throwable> done = new CompletableFuture<>();
          LogWriter writer = new RaftLogStore(store, MESH).open(new GroupId(9), record -> {});
          writer.append(1, List.of(new LogRecord.TermAndVote(VOTED)), done::complete);
          done.join();
        });
    try (LogInspector inspector = open()) {
      assertEquals(List.of(GROUP, new GroupId(9)), inspector.groups());
      List<String> problems = inspector.inspect(new GroupId(9)).problems();
      assertTrue(problems.get(0).contains("no record"), problems.toString());
      assertEquals(List.of(), inspector.inspect(GROUP).problems());
    }
  }

  @Test
  void aFolderInUseIsRefusedAndNamed() {
    try (Store running = Store.open(folder, StoreFixtures.settings())) {
      StoreException refusal = assertThrows(StoreException.class, this::open);
      assertTrue(
          refusal.getMessage().contains(running.folder() + " is in use"), refusal.getMessage());
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
