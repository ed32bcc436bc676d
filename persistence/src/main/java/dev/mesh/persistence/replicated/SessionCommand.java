package dev.mesh.persistence.replicated;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/** What sessions can be asked: part 2 of a group's machine. */
sealed interface SessionCommand {
  /** Part 2, format 1. */
  int FORMAT = 0x21;

  Bytes encode();

  /** Begins a session, answered with its number (8 bytes). */
  record Open() implements SessionCommand {
    static final int KIND = 1;

    @Override
    public Bytes encode() {
      return new BinaryWriter(Short.BYTES).u8(FORMAT).u8(KIND).done();
    }
  }

  /**
   * Has another part execute a command, unless it did so already. Answered with an {@link Answer}.
   *
   * @param sequence of the command in its session, from 1 on
   * @param acknowledgedBelow commands below this one will not be sent again
   */
  record Run(long session, long sequence, long acknowledgedBelow, Bytes command)
      implements SessionCommand {
    static final int KIND = 2;
    static final int OVERHEAD = 2 + 3 * Long.BYTES + Integer.BYTES;

    @Override
    public Bytes encode() {
      return new BinaryWriter(OVERHEAD + command.length())
          .u8(FORMAT)
          .u8(KIND)
          .i64(session)
          .i64(sequence)
          .i64(acknowledgedBelow)
          .bytes(command)
          .done();
    }
  }

  /**
   * Reads a command.
   *
   * @throws MalformedException if it is damaged
   * @throws IllegalStateException if this version does not know its format or kind
   */
  static SessionCommand decode(Bytes command) {
    BinaryReader in = new BinaryReader(command);
    int format = in.u8();
    int kind = in.u8();
    SessionCommand decoded;
    if (format == FORMAT && kind == Open.KIND) {
      decoded = new Open();
    } else if (format == FORMAT && kind == Run.KIND) {
      decoded = new Run(in.i64(), in.i64(), in.i64(), in.bytes());
    } else {
      throw new IllegalStateException(
          "a command of sessions has format "
              + format
              + " and kind "
              + kind
              + ", which this version does not know;"
              + " run the newer version that the other peers run");
    }
    in.end();
    return decoded;
  }

  /** What became of a command. */
  enum Status {
    /** It was executed, now or before; its answer follows. */
    DONE(0),
    /** It was not executed now; whether it was before is not known any more. */
    EXPIRED(1),
    /** The bytes are no command. */
    DAMAGED(2);

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
      throw new MalformedException("status " + code + " is unknown");
    }
  }

  /**
   * An answer to {@link Run}.
   *
   * @param answer of the part that executed the command; empty unless {@link Status#DONE}
   */
  record Answer(Status status, Bytes answer) {
    Bytes encode() {
      return new BinaryWriter(1 + Integer.BYTES + answer.length())
          .u8(status.code)
          .bytes(answer)
          .done();
    }

    static Answer decode(Bytes encoded) {
      BinaryReader in = new BinaryReader(encoded);
      return new Answer(Status.of(in.u8()), in.bytes());
    }
  }
}
