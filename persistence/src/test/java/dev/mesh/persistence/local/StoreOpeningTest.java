package dev.mesh.persistence.local;

import static dev.mesh.persistence.local.StoreFixtures.killedCopy;
import static dev.mesh.persistence.local.StoreFixtures.logs;
import static dev.mesh.persistence.local.StoreFixtures.settings;
import static dev.mesh.persistence.local.StoreFixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** What a store accepts and refuses when it is opened. */
class StoreOpeningTest {
  private static final int WRITES = 50;

  @TempDir Path temp;

  private static void write(Store store, int i) {
    store.writeNow(new Batch().put(Space.EVENTS, utf8("key" + i), new byte[200]));
  }

  /** The folder of a peer that was killed after some writes. */
  private Path killed() {
    try (Store store = Store.open(temp.resolve("data"), settings())) {
      for (int i = 0; i < WRITES; i++) {
        write(store, i);
      }
      return killedCopy(store.folder(), temp.resolve("killed"));
    }
  }

  private static void flipByte(Path file, long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 0x55)).flip();
      channel.write(one, position);
    }
  }

  @Test
  void cutsATornTail() throws IOException {
    Path folder = killed();
    Path log = logs(folder).get(0);
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 100);
    }
    try (Store store = Store.open(folder, settings())) {
      assertNotNull(store.get(Space.EVENTS, utf8("key" + (WRITES - 2))));
      assertNull(store.get(Space.EVENTS, utf8("key" + (WRITES - 1))));
      write(store, WRITES);
    }
  }

  @Test
  void cutsATailOfZeros() throws IOException {
    Path folder = killed();
    Path log = logs(folder).get(0);
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(5000), channel.size());
    }
    try (Store store = Store.open(folder, settings())) {
      assertNotNull(store.get(Space.EVENTS, utf8("key" + (WRITES - 1))));
      write(store, WRITES);
    }
    try (Store store = Store.open(folder, settings())) {
      assertNotNull(store.get(Space.EVENTS, utf8("key" + WRITES)));
    }
  }

  @Test
  void refusesALogThatEndsEarlyBeforeAnother() throws IOException {
    StoreSettings small = new StoreSettings(1 << 20, 64 << 10, 64 << 20, 64 << 20, 1000);
    Path folder;
    try (Store store = Store.open(temp.resolve("data"), small)) {
      store.writeNow(new Batch().put(Space.SNAPSHOTS, utf8("first"), new byte[200]));
      store.writeNow(new Batch().put(Space.SNAPSHOTS, utf8("second"), new byte[200]));
      for (int i = 0; logs(store.folder()).size() < 2; i++) {
        write(store, i);
      }
      folder = killedCopy(store.folder(), temp.resolve("killed"));
    }
    try (FileChannel channel = FileChannel.open(logs(folder).get(0), StandardOpenOption.WRITE)) {
      channel.truncate(500);
    }
    assertThrows(StoreException.class, () -> Store.open(folder, settings()));
  }

  @Test
  void refusesDamageInTheMiddle() throws IOException {
    Path folder = killed();
    Path log = logs(folder).get(0);
    flipByte(log, Files.size(log) / 2);
    StoreException refusal =
        assertThrows(StoreException.class, () -> Store.open(folder, settings()));
    assertTrue(refusal.getMessage().contains("cannot be opened"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(folder.toString()), refusal.getMessage());
  }

  @Test
  void refusesAFolderInUseInThisProcess() {
    try (Store first = Store.open(temp, settings())) {
      StoreException refusal =
          assertThrows(StoreException.class, () -> Store.open(first.folder(), settings()));
      assertTrue(
          refusal.getMessage().contains("in use by process " + ProcessHandle.current().pid()));
    }
    Store.open(temp, settings()).close();
  }

  @Test
  void refusesAFolderInUseByAnotherProcess() throws Exception {
    try (Store ours = Store.open(temp, settings())) {
      Process other =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  OpensAStore.class.getName(),
                  ours.folder().toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(other.waitFor(30, TimeUnit.SECONDS));
      assertEquals(7, other.exitValue(), said);
      assertTrue(said.contains("in use by process " + ProcessHandle.current().pid()), said);
      assertTrue(said.contains("mesh.data-dir"), said);
    }
  }

  /** The other process: says why it could not open the store, and exits with 7. */
  static final class OpensAStore {
    private OpensAStore() {}

    public static void main(String[] args) {
      try (Store store = Store.open(Path.of(args[0]), settings())) {
        System.out.println("opened " + store.folder());
      } catch (StoreException e) {
        System.out.println(e.getMessage());
        System.exit(7);
      }
    }
  }

  @Test
  void refusesAFolderThatCannotBeOne() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "not a folder");
    StoreException refusal = assertThrows(StoreException.class, () -> Store.open(file, settings()));
    assertTrue(refusal.getMessage().contains("cannot be written"), refusal.getMessage());
  }

  @Test
  void refusesANewerFormat() {
    refusesFormat(Store.FORMAT + 1, "run the newer version");
  }

  @Test
  void refusesAnOlderFormat() {
    refusesFormat(Store.FORMAT - 1, "run the older version");
  }

  private void refusesFormat(int format, String remedy) {
    try (Store store = Store.open(temp, settings())) {
      byte[] other = Records.seal(1, Records.begin(4).putInt(format));
      store.writeNow(new Batch().put(Space.META, utf8("format"), other));
    }
    for (int i = 0; i < 2; i++) { // the second time shows that a refusal lets go of the folder
      StoreException refusal =
          assertThrows(StoreException.class, () -> Store.open(temp, settings()));
      assertTrue(refusal.getMessage().contains(remedy), refusal.getMessage());
    }
  }

  @Test
  void remembersItsPeerAndRefusesAnother() {
    PeerId a = new PeerId("a");
    try (Store store = Store.open(temp, settings())) {
      PeerIdentity identity = new PeerIdentity(store);
      assertEquals(a, identity.peerId(() -> a));
      identity.putMeta("promise", utf8("x"));
    }
    try (Store store = Store.open(temp, settings())) {
      PeerIdentity identity = new PeerIdentity(store);
      assertEquals(a, identity.peerId(() -> new PeerId("b")));
      identity.claim(a);
      assertEquals("x", StoreFixtures.text(identity.meta("promise").orElseThrow()));
      assertTrue(identity.meta("other").isEmpty());
      StoreException refusal =
          assertThrows(StoreException.class, () -> identity.claim(new PeerId("b")));
      assertTrue(refusal.getMessage().contains("belongs to peer 'a'"), refusal.getMessage());
    }
  }

  @Test
  void aProcessSharesAFoldersStore() {
    Stores.Lease first = Stores.acquire(temp, settings());
    Stores.Lease second = Stores.acquire(temp.resolve("."), settings());
    assertSame(first.store(), second.store());
    first.close();
    first.close();
    write(second.store(), 1);
    second.close();
    Store.open(temp, settings()).close();
  }

  @Test
  void aProcessDoesNotOpenAgainWhatItFailedToWrite() {
    AtomicBoolean broken = new AtomicBoolean();
    Stores.Lease lease =
        Stores.acquire(
            temp,
            settings(),
            real ->
                (batches, sync) -> {
                  if (broken.get()) {
                    throw new RocksDBException("fdatasync: Input/output error");
                  }
                  real.write(batches, sync);
                });
    broken.set(true);
    assertThrows(StoreException.class, () -> write(lease.store(), 1));
    lease.close();
    StoreException refusal =
        assertThrows(StoreException.class, () -> Stores.acquire(temp, settings()));
    assertTrue(refusal.getMessage().contains("until this process starts again"));
  }

  @Test
  void aDamagedRecordIsNamed() {
    try (Store store = Store.open(temp, settings())) {
      byte[] record = Records.seal(1, utf8("payload"));
      record[7] ^= 1;
      StoreException refusal =
          assertThrows(
              StoreException.class,
              () -> Records.open(record, 1, store, Space.EVENTS, new byte[] {(byte) 0xAB}));
      assertTrue(refusal.getMessage().contains("EVENTS, key ab"), refusal.getMessage());
      assertTrue(refusal.getMessage().contains(temp.toString()), refusal.getMessage());
    }
  }
}
