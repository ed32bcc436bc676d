package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The machine's keys. A space (1 byte), then for headers the persistence id; for all else the id's
 * length (2 bytes), the id, the sequence number (8 bytes), and for snapshots the save (16 bytes)
 * and part (4 bytes). What is kept in the order of commits has its number (8 bytes) for a key.
 */
final class JournalKeys {
  private static final byte HEADER = 1;
  private static final byte EVENT = 2;
  private static final byte SNAPSHOT = 3;
  private static final byte SNAPSHOT_PART = 4;
  private static final byte RUN = 5;
  private static final byte COMMITTED = 6;
  private static final byte LAST_COMMITTED = 7;

  private static final int MAX_ID_BYTES = 0xFFFF;
  private static final UUID LOWEST = new UUID(0, 0);

  private JournalKeys() {}

  /** Persistence ids are at most 65,535 bytes of UTF-8. */
  static byte[] header(String persistenceId) {
    byte[] id = utf8(persistenceId);
    return ByteBuffer.allocate(1 + id.length).put(HEADER).put(id).array();
  }

  static byte[] headersEnd() {
    return new byte[] {HEADER + 1};
  }

  static String idOfHeader(byte[] key) {
    return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
  }

  static byte[] event(String persistenceId, long seqNr) {
    return numbered(EVENT, persistenceId, seqNr, 0).array();
  }

  static long seqNrOfEvent(byte[] key) {
    return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
  }

  /** Of the events that were appended together with the one at {@code firstSeqNr}. */
  static byte[] run(String persistenceId, long firstSeqNr) {
    return numbered(RUN, persistenceId, firstSeqNr, 0).array();
  }

  /** Of the run whose last event has this number among all that the group has committed. */
  static byte[] committed(long lastNumber) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(COMMITTED).putLong(lastNumber).array();
  }

  static byte[] committedEnd() {
    return new byte[] {COMMITTED + 1};
  }

  static long lastNumberOf(byte[] committedKey) {
    return ByteBuffer.wrap(committedKey).getLong(1);
  }

  static byte[] lastCommitted() {
    return new byte[] {LAST_COMMITTED};
  }

  static byte[] snapshot(String persistenceId, SnapshotKey key) {
    return save(SNAPSHOT, persistenceId, key, 0).array();
  }

  /** The first key of the snapshots at {@code seqNr}. */
  static byte[] snapshotsFrom(String persistenceId, long seqNr) {
    return snapshot(persistenceId, new SnapshotKey(seqNr, LOWEST));
  }

  static byte[] part(String persistenceId, SnapshotKey key, int part) {
    return save(SNAPSHOT_PART, persistenceId, key, Integer.BYTES).putInt(part).array();
  }

  /** The first key of the parts of snapshots at {@code seqNr}. */
  static byte[] partsFrom(String persistenceId, long seqNr) {
    return part(persistenceId, new SnapshotKey(seqNr, LOWEST), 0);
  }

  /** The least key above {@code key}. */
  static byte[] after(byte[] key) {
    return ByteBuffer.allocate(key.length + 1).put(key).array();
  }

  private static ByteBuffer save(byte space, String persistenceId, SnapshotKey key, int more) {
    return numbered(space, persistenceId, key.seqNr(), 2 * Long.BYTES + more)
        .putLong(key.saveId().getMostSignificantBits())
        .putLong(key.saveId().getLeastSignificantBits());
  }

  private static ByteBuffer numbered(byte space, String persistenceId, long seqNr, int more) {
    byte[] id = utf8(persistenceId);
    return ByteBuffer.allocate(1 + Short.BYTES + id.length + Long.BYTES + more)
        .put(space)
        .putShort((short) id.length)
        .put(id)
        .putLong(seqNr);
  }

  private static byte[] utf8(String persistenceId) {
    byte[] id = persistenceId.getBytes(StandardCharsets.UTF_8);
    if (id.length > MAX_ID_BYTES) {
      throw new BinaryReader.MalformedException(
          "a persistence id of " + id.length + " bytes is over " + MAX_ID_BYTES);
    }
    return id;
  }
}
