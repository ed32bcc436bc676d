package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.raft.LogRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Keys and frames of one group's log in {@link Space#LOGS}. Each batch has a key, numbered from 1;
 * a head says what was dropped. Every value is a checked record that begins with the mesh and the
 * group.
 */
final class LogFrames {
  private static final byte HEAD = 'H';
  private static final byte BATCH = 'B';
  private static final int VERSION = 1;
  private static final int MESH_BYTES = 16;
  private static final int PREFIX = MESH_BYTES + Short.BYTES;

  private final byte[] mesh;
  private final MeshId meshId;
  private final GroupId group;

  LogFrames(MeshId mesh, GroupId group) {
    this.mesh = HexFormat.of().parseHex(mesh.value());
    this.meshId = mesh;
    this.group = group;
  }

  byte[] headKey() {
    return ByteBuffer.allocate(1 + Short.BYTES).put(HEAD).putShort((short) group.value()).array();
  }

  byte[] batchKey(long number) {
    return batchKey(group.value(), number);
  }

  private static byte[] batchKey(int group, long number) {
    return ByteBuffer.allocate(1 + Short.BYTES + Long.BYTES)
        .put(BATCH)
        .putShort((short) group)
        .putLong(number)
        .array();
  }

  /** Behind the keys of all batches. */
  byte[] endKey() {
    return batchKey(-1); // the largest, as keys are compared unsigned
  }

  /** The groups that have a log in a store, in order. */
  static List<GroupId> groups(StoreReader from) {
    List<GroupId> groups = new ArrayList<>();
    byte[] end = {BATCH + 1};
    byte[] key = from.firstKey(Space.LOGS, new byte[] {BATCH}, end);
    while (key != null) {
      int group = ByteBuffer.wrap(key).getShort(1) & 0xFFFF;
      groups.add(new GroupId(group));
      // The number of no batch is -1: it is the largest key, as keys are compared unsigned.
      key = from.firstKey(Space.LOGS, batchKey(group, -1), end);
    }
    return groups;
  }

  GroupId group() {
    return group;
  }

  static long number(byte[] batchKey) {
    return ByteBuffer.wrap(batchKey).getLong(1 + Short.BYTES);
  }

  /**
   * What is left after a drop.
   *
   * @param first the first batch that is kept
   * @param mark the compaction point: nothing before an entry after it is needed
   */
  record Head(long first, long mark) {
    /** Before the first drop. */
    static final Head WHOLE = new Head(1, 0);
  }

  byte[] head(Head head) {
    return Records.seal(VERSION, begin(2 * Long.BYTES).putLong(head.first()).putLong(head.mark()));
  }

  /** The head as it is stored, {@link Head#WHOLE} where there is none. */
  Head readHead(StoreReader from) {
    byte[] record = from.get(Space.LOGS, headKey());
    if (record == null) {
      return Head.WHOLE;
    }
    ByteBuffer source = open(record, from, headKey());
    return new Head(source.getLong(), source.getLong());
  }

  byte[] batch(List<LogRecord> records) {
    int size = Integer.BYTES;
    for (LogRecord record : records) {
      size = Math.addExact(size, LogRecordCodec.size(record));
    }
    ByteBuffer frame = begin(size).putInt(records.size());
    for (LogRecord record : records) {
      LogRecordCodec.write(record, frame);
    }
    return Records.seal(VERSION, frame);
  }

  /** The records of a batch; their payloads are slices of {@code record}. */
  List<LogRecord> readBatch(byte[] record, StoreReader from, byte[] key) {
    ByteBuffer source = open(record, from, key);
    Bytes all = Bytes.wrap(record).slice(Records.HEADER, record.length - Records.HEADER);
    int count = source.getInt();
    List<LogRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      records.add(LogRecordCodec.read(source, all));
    }
    return records;
  }

  private ByteBuffer begin(int size) {
    return Records.begin(Math.addExact(PREFIX, size)).put(mesh).putShort((short) group.value());
  }

  private ByteBuffer open(byte[] record, StoreReader from, byte[] key) {
    ByteBuffer source = Records.open(record, VERSION, from, Space.LOGS, key);
    byte[] found = new byte[MESH_BYTES];
    source.get(found);
    String owner = HexFormat.of().formatHex(found);
    int of = source.getShort() & 0xFFFF;
    if (!owner.equals(meshId.value()) || of != group.value()) {
      throw new StoreException(
          "the Raft log at %s is of mesh %s, %s, not of mesh %s, %s; start this peer with its own folder (mesh.data-dir)"
              .formatted(from.describe(Space.LOGS, key), owner, new GroupId(of), meshId, group));
    }
    return source;
  }
}
