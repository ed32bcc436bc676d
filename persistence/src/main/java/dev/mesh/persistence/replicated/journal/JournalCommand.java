package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What the journal's group can be asked to change. Every command may be committed more than once: a
 * repetition changes nothing and is answered as the first time, as long as no other command of the
 * same kind for the same id came between.
 *
 * <p>On the wire and in the log: part and format (1 byte), kind (1 byte), the fields in order.
 */
sealed interface JournalCommand {
  /** The format that this version writes and reads: part 0 of a group's machine, format 1. */
  int FORMAT = 1;

  String persistenceId();

  /** Writes kind and fields. */
  void writeTo(BinaryWriter out);

  /** About the bytes that the command takes. */
  default int size() {
    return 128 + persistenceId().length();
  }

  default Bytes encode() {
    BinaryWriter out = new BinaryWriter(size()).u8(FORMAT);
    writeTo(out);
    return out.done();
  }

  /**
   * Gives the id its next epoch: whatever carries an earlier one is refused from now on.
   *
   * @param nonce tells the repetition of a claim from a new one
   */
  record Claim(String persistenceId, UUID nonce) implements JournalCommand {
    static final int KIND = 1;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).uuid(nonce);
    }
  }

  /**
   * Appends events, all or none.
   *
   * @param writer the incarnation of the persistent actor
   * @param firstSeqNr of the first event; the others follow without a gap
   * @param checksum of the events, see {@link #checksumOf}
   * @param events at least one; see {@link EventRow}
   */
  record Append(
      String persistenceId,
      long epoch,
      String writer,
      long firstSeqNr,
      int checksum,
      List<Bytes> events)
      implements JournalCommand {
    static final int KIND = 2;

    static Append of(
        String persistenceId, long epoch, String writer, long firstSeqNr, List<Bytes> events) {
      return new Append(persistenceId, epoch, writer, firstSeqNr, checksumOf(events), events);
    }

    /** CRC-32C over the events and their lengths. */
    static int checksumOf(List<Bytes> events) {
      CRC32C crc = new CRC32C();
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
      for (Bytes event : events) {
        crc.update(length.putInt(0, event.length()).rewind());
        crc.update(event.buffer());
      }
      return (int) crc.getValue();
    }

    @Override
    public int size() {
      int size = JournalCommand.super.size() + writer.length();
      for (Bytes event : events) {
        size += Integer.BYTES + event.length();
      }
      return size;
    }

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).i64(epoch).text(writer).i64(firstSeqNr).i32(checksum);
      out.i32(events.size());
      events.forEach(out::bytes);
    }
  }

  /**
   * Deletes events up to {@code toSeqNr}, which may be beyond the last. The highest number stays.
   */
  record DeleteTo(String persistenceId, long epoch, long toSeqNr) implements JournalCommand {
    static final int KIND = 3;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).i64(epoch).i64(toSeqNr);
    }
  }

  /**
   * Stores one part of a snapshot. Parts come in order; the snapshot is there when the last one is,
   * and then replaces another one of the same sequence number. The next save of the same id drops
   * what a save that was broken off has left.
   *
   * @param key the snapshot
   * @param part counts from 0
   * @param of the number of parts
   * @param checksum CRC-32C of the bytes
   */
  record SaveSnapshotPart(
      String persistenceId,
      long epoch,
      SnapshotKey key,
      long timestamp,
      int part,
      int of,
      int checksum,
      Bytes bytes)
      implements JournalCommand {
    static final int KIND = 4;

    public SaveSnapshotPart {
      if (part < 0 || part >= of) {
        throw new MalformedException("part " + part + " of " + of + " parts");
      }
    }

    static int checksumOf(Bytes bytes) {
      CRC32C crc = new CRC32C();
      crc.update(bytes.buffer());
      return (int) crc.getValue();
    }

    @Override
    public int size() {
      return JournalCommand.super.size() + bytes.length();
    }

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).i64(epoch);
      key.writeTo(out);
      out.i64(timestamp).i32(part).i32(of).i32(checksum).bytes(bytes);
    }
  }

  /** Deletes snapshots; those that are not there are passed over. */
  record DeleteSnapshots(String persistenceId, long epoch, List<SnapshotKey> keys)
      implements JournalCommand {
    static final int KIND = 5;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(persistenceId).i64(epoch).i32(keys.size());
      keys.forEach(key -> key.writeTo(out));
    }
  }

  /**
   * Reads a command.
   *
   * @throws MalformedException if it is damaged
   * @throws IllegalStateException if this version does not know its format
   */
  static JournalCommand decode(Bytes command) {
    BinaryReader in = new BinaryReader(command);
    int format = in.u8();
    if (format != FORMAT) {
      throw unknown("format " + format);
    }
    JournalCommand decoded = decode(in.u8(), in);
    in.end();
    return decoded;
  }

  private static JournalCommand decode(int kind, BinaryReader in) {
    if (kind == Claim.KIND) {
      return new Claim(in.text(), in.uuid());
    } else if (kind == Append.KIND) {
      return new Append(in.text(), in.i64(), in.text(), in.i64(), in.i32(), events(in));
    } else if (kind == DeleteTo.KIND) {
      return new DeleteTo(in.text(), in.i64(), in.i64());
    } else if (kind == SaveSnapshotPart.KIND) {
      return new SaveSnapshotPart(
          in.text(),
          in.i64(),
          SnapshotKey.readFrom(in),
          in.i64(),
          in.i32(),
          in.i32(),
          in.i32(),
          in.bytes());
    } else if (kind == DeleteSnapshots.KIND) {
      return new DeleteSnapshots(in.text(), in.i64(), keys(in));
    }
    throw unknown("kind " + kind);
  }

  private static List<Bytes> events(BinaryReader in) {
    int count = in.count();
    if (count == 0) {
      throw new MalformedException("an append without events");
    }
    List<Bytes> events = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      events.add(in.bytes());
    }
    return events;
  }

  private static List<SnapshotKey> keys(BinaryReader in) {
    int count = in.count();
    List<SnapshotKey> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(SnapshotKey.readFrom(in));
    }
    return keys;
  }

  private static IllegalStateException unknown(String what) {
    return new IllegalStateException(
        "a command of the replicated journal has "
            + what
            + ", which this version does not know;"
            + " run the newer version that the other peers run");
  }
}
