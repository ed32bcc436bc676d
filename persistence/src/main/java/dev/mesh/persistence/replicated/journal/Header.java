package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.journal.JournalAnswer.Status;
import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.util.UUID;

/**
 * How one persistence id stands: all that the machine must know to judge a command, so that it
 * never reads an event. Used by the machine's thread.
 */
final class Header {
  private static final UUID NOBODY = new UUID(0, 0);

  /** The last claim; 0 before the first. */
  long epoch;

  /** Of the last claim and of the one before it. */
  UUID nonce = NOBODY;

  UUID nonceBefore = NOBODY;

  /** Who has written in this epoch; empty for nobody. */
  String writer = "";

  /** Of the last event ever appended; it never falls. */
  long highestSeqNr;

  /** Events up to here are deleted; at most {@link #highestSeqNr}. */
  long deletedTo;

  /** Where the oldest append begins that is still in the {@link CommitOrder}. */
  long firstRun = 1;

  /** The last append: where it began, and its checksum; it ended at {@link #highestSeqNr}. */
  long lastFirstSeqNr;

  int lastChecksum;

  /** The last save of a snapshot that began, whose parts up to {@link #nextPart} are stored. */
  SnapshotKey save = new SnapshotKey(0, NOBODY);

  int nextPart;

  /** The parts that {@link #save} has; the save is over when all are stored. */
  int parts;

  JournalAnswer answer(Status status) {
    return new JournalAnswer(status, epoch, highestSeqNr, deletedTo);
  }

  Bytes encode() {
    BinaryWriter out = new BinaryWriter(160 + writer.length());
    out.i64(epoch).uuid(nonce).uuid(nonceBefore).text(writer);
    out.i64(highestSeqNr).i64(deletedTo).i64(firstRun).i64(lastFirstSeqNr).i32(lastChecksum);
    save.writeTo(out);
    return out.i32(nextPart).i32(parts).done();
  }

  static Header decode(Bytes stored) {
    BinaryReader in = new BinaryReader(stored);
    Header header = new Header();
    header.epoch = in.i64();
    header.nonce = in.uuid();
    header.nonceBefore = in.uuid();
    header.writer = in.text();
    header.highestSeqNr = in.i64();
    header.deletedTo = in.i64();
    header.firstRun = in.i64();
    header.lastFirstSeqNr = in.i64();
    header.lastChecksum = in.i32();
    header.save = SnapshotKey.readFrom(in);
    header.nextPart = in.i32();
    header.parts = in.i32();
    return header;
  }
}
