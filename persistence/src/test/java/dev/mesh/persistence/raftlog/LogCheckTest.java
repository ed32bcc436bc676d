package dev.mesh.persistence.raftlog;

import static dev.mesh.persistence.raftlog.RaftLogStoreTest.A;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.B;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.GROUP;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.MEMBERS;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.MESH;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.append;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.compactedTo;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.entries;
import static dev.mesh.persistence.raftlog.RaftLogStoreTest.vote;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.raft.Recovery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCheckTest {
  private static final LogFrames FRAMES = new LogFrames(MESH, GROUP);

  @TempDir Path temp;
  private Store store;
  private final Recovery fold = new Recovery(MEMBERS);
  private final List<String> problems = new ArrayList<>();

  /** A log of the batches 3 to 5, compacted to entry 3. */
  @BeforeEach
  void open() {
    store = Store.open(temp, StoreFixtures.settings());
    LogWriter writer = new RaftLogStore(store, MESH).open(GROUP, record -> {});
    append(writer, 1, vote(1, A));
    append(writer, 2, entries(1, 3, 1));
    append(writer, 3, entries(4, 6, 1));
    append(writer, 4, compactedTo(3, 1), vote(1, A));
    append(writer, 5, entries(7, 7, 1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void write(Batch batch) {
    store.write(batch, Durability.SYNCED).toCompletableFuture().join();
  }

  private boolean isWhole(MeshId mesh) {
    return new LogCheck(store, mesh, GROUP, problems::add).run(fold);
  }

  @Test
  void aWholeLogIsFoldedAndCounted() {
    LogCheck check = new LogCheck(store, MESH, GROUP, problems::add);
    assertTrue(check.run(fold), problems.toString());
    assertEquals(3, check.batches());
    assertTrue(check.bytes() > 0);
    assertEquals(3, fold.compacted().index());
    assertEquals(4, fold.entries().size());
    assertEquals(List.of(GROUP), LogCheck.groups(store));
    append(new RaftLogStore(store, MESH).open(new GroupId(0xFFFF), record -> {}), 1, vote(1, A));
    assertEquals(List.of(GROUP, new GroupId(0xFFFF)), LogCheck.groups(store));
  }

  @Test
  void everyDamagedRecordIsTold() {
    write(
        new Batch()
            .put(Space.LOGS, FRAMES.batchKey(3), new byte[] {1, 2, 3, 4, 5, 6})
            .put(Space.LOGS, FRAMES.batchKey(5), new byte[] {1}));
    assertProblems("is damaged", "is damaged");
  }

  @Test
  void aGapIsTold() {
    write(new Batch().delete(Space.LOGS, FRAMES.batchKey(4)));
    assertProblems("batches 4 to 4 are missing");
  }

  @Test
  void aMissingFrontIsTold() {
    write(new Batch().delete(Space.LOGS, FRAMES.batchKey(3)));
    assertProblems("batches 3 to 3 are missing");
  }

  @Test
  void recordsThatDoNotFollowOneAnotherAreTold() {
    write(new Batch().put(Space.LOGS, FRAMES.batchKey(6), FRAMES.batch(List.of(entries(9, 9, 1)))));
    assertProblems("entry 9 comes after entry 7");
  }

  @Test
  void theLogOfAnotherMeshIsTold() {
    MeshId other = MeshId.of(List.of(B));
    assertTrue(!isWhole(other));
    assertTrue(problems.get(0).contains(MESH.value()), problems.toString());
  }

  private void assertProblems(String... parts) {
    assertTrue(!isWhole(MESH));
    assertEquals(parts.length, problems.size(), problems.toString());
    for (int i = 0; i < parts.length; i++) {
      assertTrue(problems.get(i).contains(parts[i]), problems.get(i));
    }
  }
}
