package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Snapshots of persistent actors: for each a head, which its owner encodes, and the body in parts,
 * so that no value is large. Head and parts are written in one batch; so a snapshot is at most
 * {@code mesh.store.max-waiting-bytes} long. Reads block; thread-safe.
 */
final class SnapshotFiles {
  private static final byte HEAD = 'S';
  private static final byte PART = 'P';
  private static final int VERSION = 1;
  static final int PART_BYTES = 256 << 10;

  /** A snapshot without its body. */
  record Head(long number, ByteBuffer content) {}

  private final Store store;

  SnapshotFiles(Store store) {
    this.store = store;
  }

  /** Writes a snapshot in place of an earlier one with the same number. */
  CompletionStage<Void> save(String id, long number, ByteBuffer head, byte[] body) {
    Batch batch = new Batch();
    addDelete(batch, id, number);
    ByteBuffer record = Records.begin(Integer.BYTES + head.remaining());
    record.putInt(body.length).put(head);
    batch.put(Space.SNAPSHOTS, Keys.of(HEAD, id, number), Records.seal(VERSION, record));
    for (int part = 0; part * (long) PART_BYTES < body.length; part++) {
      int from = part * PART_BYTES;
      int size = Math.min(PART_BYTES, body.length - from);
      byte[] sealed = Records.seal(VERSION, Records.begin(size).put(body, from, size));
      batch.put(Space.SNAPSHOTS, Keys.of(PART, id, number, part), sealed);
    }
    return store.write(batch, Durability.SYNCED);
  }

  /** The heads of {@code [from, to]}, oldest first. */
  List<Head> heads(StoreReader reader, String id, long from, long to) {
    List<Head> heads = new ArrayList<>();
    if (from <= to) {
      reader.scan(
          Space.SNAPSHOTS,
          Keys.of(HEAD, id, from),
          Keys.of(HEAD, id, to + 1),
          (key, record) -> {
            ByteBuffer content = Records.open(record, VERSION, reader, Space.SNAPSHOTS, key);
            content.getInt();
            return heads.add(new Head(Keys.number(key), content.slice()));
          });
    }
    return heads;
  }

  /** The body of a snapshot whose head the same reader has shown. */
  byte[] body(StoreReader reader, String id, long number) {
    byte[] headKey = Keys.of(HEAD, id, number);
    byte[] head = reader.get(Space.SNAPSHOTS, headKey);
    int length = Records.open(head, VERSION, reader, Space.SNAPSHOTS, headKey).getInt();
    ByteBuffer body = ByteBuffer.allocate(length);
    for (int part = 0; body.hasRemaining(); part++) {
      byte[] key = Keys.of(PART, id, number, part);
      byte[] record = reader.get(Space.SNAPSHOTS, key);
      ByteBuffer content =
          Optional.ofNullable(record)
              .map(found -> Records.open(found, VERSION, reader, Space.SNAPSHOTS, key))
              .filter(found -> found.hasRemaining() && found.remaining() <= body.remaining())
              .orElseThrow(() -> incomplete(reader, key));
      body.put(content);
    }
    return body.array();
  }

  private static StoreException incomplete(StoreReader reader, byte[] key) {
    return new StoreException(
        "the snapshot at %s is incomplete; restore the folder from a copy, or move it away so that this peer starts anew"
            .formatted(reader.describe(Space.SNAPSHOTS, key)));
  }

  /** Deletes the snapshots of {@code [from, to]} that the predicate accepts. */
  CompletionStage<Void> delete(String id, long from, long to, Predicate<Head> which) {
    Batch batch = new Batch();
    for (Head head : heads(store, id, from, to)) {
      if (which.test(head)) {
        addDelete(batch, id, head.number());
      }
    }
    return store.write(batch, Durability.SYNCED);
  }

  private static void addDelete(Batch batch, String id, long number) {
    batch.delete(Space.SNAPSHOTS, Keys.of(HEAD, id, number));
    batch.deleteRange(
        Space.SNAPSHOTS, Keys.of(PART, id, number, 0), Keys.of(PART, id, number + 1, 0));
  }
}
