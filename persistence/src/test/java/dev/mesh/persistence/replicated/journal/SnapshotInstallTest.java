package dev.mesh.persistence.replicated.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.SnapshotWriter.SnapshotDamagedException;
import dev.mesh.persistence.replicated.journal.JournalAnswer.Status;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine's state on its way to another peer. */
class SnapshotInstallTest {
  private static final Bytes LABEL = Bytes.utf8("term 3");

  @TempDir Path folder;

  private Store here;
  private Store there;
  private MachineProbe source;
  private MachineProbe target;

  @BeforeEach
  void open() {
    here = Store.open(folder.resolve("here"), StoreFixtures.settings());
    there = Store.open(folder.resolve("there"), StoreFixtures.settings());
    source = new MachineProbe(LocalGroup.open(here, GroupId.META));
    target = new MachineProbe(LocalGroup.open(there, GroupId.META));
    for (int i = 0; i < 20; i++) {
      String id = "id-" + i;
      long epoch = source.claim(id);
      source.append(id, epoch, "w", 1, "a", "b".repeat(i * 100), "c");
      source.savePart(id, epoch, MachineProbe.key(2), 0, 1, "s".repeat(i * 50));
    }
    // What the target has is of the past, or of nobody.
    target.append("id-3", target.claim("id-3"), "w", 1, "a");
    target.append("stale", target.claim("stale"), "w", 1, "x");
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  /** Of everything applied: a snapshot shows what is written. */
  private SnapshotReader openSnapshot() {
    source.header("any");
    return source.machine.openSnapshot();
  }

  /** Sends all pieces, each of them twice, and returns the offset behind the last. */
  private static long send(SnapshotReader reader, SnapshotWriter writer, int maxBytes) {
    long offset = 0;
    SnapshotReader.Chunk chunk;
    do {
      chunk = reader.read(offset, maxBytes);
      assertTrue(chunk.bytes().length() <= maxBytes);
      assertEquals(chunk, reader.read(offset, maxBytes));
      writer.write(offset, chunk.bytes()).toCompletableFuture().join();
      writer.write(offset, chunk.bytes()).toCompletableFuture().join();
      offset += chunk.bytes().length();
      assertEquals(offset, writer.nextOffset());
    } while (!chunk.last());
    return offset;
  }

  private long install(int maxBytes) {
    try (SnapshotReader reader = openSnapshot()) {
      SnapshotWriter writer = target.machine.beginInstall();
      send(reader, writer, maxBytes);
      return writer.finish(LABEL).toCompletableFuture().join();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 101, 5000, 1 << 20})
  void theOtherIsAsTheSource(int maxBytes) {
    List<Bytes> expected = source.dump();
    long index = install(maxBytes);
    assertEquals(source.machine.appliedIndex(), index);
    assertEquals(index, target.machine.appliedIndex());
    assertEquals(LABEL, target.machine.label());
    assertEquals(expected, target.dump());
    assertEquals(List.of(), target.events("stale"));

    MachineProbe reopened = new MachineProbe(LocalGroup.open(there, GroupId.META));
    assertEquals(index, reopened.machine.appliedIndex());
    assertEquals(LABEL, reopened.machine.label());
    assertEquals(expected, reopened.dump());
  }

  @Test
  void theOtherGoesOnFromThere() {
    install(MachineProbe.PAGE);
    Bytes next = MachineProbe.command("id-3", 1, "w", 4, "d").encode();
    assertEquals(Status.DONE, target.applyBytes(next).status());
    assertEquals(Status.DONE, source.applyBytes(next).status());
    assertEquals(source.dump(), target.dump());
    install(MachineProbe.PAGE);
    assertEquals(source.dump(), target.dump());
  }

  @Test
  void aSnapshotIsFrozen() {
    List<Bytes> expected = source.dump();
    try (SnapshotReader reader = openSnapshot()) {
      source.append("id-1", 1, "w", 4, "later");
      source.apply(new JournalCommand.DeleteTo("id-2", 1, 3));
      SnapshotWriter writer = target.machine.beginInstall();
      send(reader, writer, MachineProbe.PAGE);
      writer.finish(LABEL).toCompletableFuture().join();
    }
    assertEquals(expected, target.dump());
  }

  @Test
  void aCrashBeforeTheEndChangesNothing() {
    List<Bytes> before = target.dump();
    try (SnapshotReader reader = openSnapshot()) {
      send(reader, target.machine.beginInstall(), 1000);
    }
    Path copy = StoreFixtures.killedCopy(folder.resolve("there"), folder.resolve("copy"));
    try (Store store = Store.open(copy, StoreFixtures.settings())) {
      MachineProbe reopened = new MachineProbe(LocalGroup.open(store, GroupId.META));
      assertEquals(before, reopened.dump());
      assertEquals(Bytes.EMPTY, reopened.machine.label());
    }
  }

  @Test
  void anInstallationCanBeBrokenOffAndBegunAgain() {
    List<Bytes> before = target.dump();
    try (SnapshotReader reader = openSnapshot()) {
      SnapshotWriter writer = target.machine.beginInstall();
      send(reader, writer, 1000);
      writer.abort();
    }
    assertEquals(before, target.dump());
    install(1000);
    assertEquals(source.dump(), target.dump());
  }

  @Test
  void whatIsDamagedOrMissingIsRefused() {
    try (SnapshotReader reader = openSnapshot()) {
      SnapshotWriter writer = target.machine.beginInstall();
      Bytes first = reader.read(0, 1000).bytes();
      Bytes second = reader.read(first.length(), 1000).bytes();
      assertThrows(SnapshotDamagedException.class, () -> writer.write(first.length(), second));
      byte[] damaged = first.toArray();
      damaged[500] ^= 1;
      assertThrows(SnapshotDamagedException.class, () -> writer.write(0, Bytes.wrap(damaged)));
      assertEquals(0, writer.nextOffset());
      writer.write(0, first).toCompletableFuture().join();
      assertThrows(SnapshotDamagedException.class, () -> writer.finish(LABEL));
      assertThrows(IllegalArgumentException.class, () -> reader.read(17, 1000));
    }
  }
}
