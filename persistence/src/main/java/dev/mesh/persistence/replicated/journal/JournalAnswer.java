package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * What the machine answers to a command: how it went, and how the persistence id stands after it.
 *
 * @param epoch of the last claim
 * @param highestSeqNr of the last event ever appended, 0 for none
 * @param deletedTo events up to here are deleted, 0 for none
 */
record JournalAnswer(Status status, long epoch, long highestSeqNr, long deletedTo) {
  enum Status {
    /** Done, now or by an earlier copy of the same command. */
    DONE(0),
    /** Another recovery has claimed the id, or another writer has written, since. */
    FENCED(1),
    /** Other events have that sequence number. */
    CONFLICT(2),
    /** What should come before is not there. */
    GAP(3),
    /** The bytes are not those that were sent. */
    DAMAGED(4);

    private final int code;

    Status(int code) {
      this.code = code;
    }

    private static Status of(int code) {
      for (Status status : values()) {
        if (status.code == code) {
          return status;
        }
      }
      throw new BinaryReader.MalformedException("status " + code + " is unknown");
    }
  }

  Bytes encode() {
    return new BinaryWriter(1 + 3 * Long.BYTES)
        .u8(status.code)
        .i64(epoch)
        .i64(highestSeqNr)
        .i64(deletedTo)
        .done();
  }

  static JournalAnswer decode(Bytes answer) {
    BinaryReader in = new BinaryReader(answer);
    return new JournalAnswer(Status.of(in.u8()), in.i64(), in.i64(), in.i64());
  }
}
