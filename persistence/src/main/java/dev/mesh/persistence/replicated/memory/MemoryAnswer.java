package dev.mesh.persistence.replicated.memory;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * What the machine answers to a command.
 *
 * @param version that the key has now, of a key that is gone the version of its deletion, or 0
 *     where there is nothing and was nothing; after an expiry, the number of entries that it
 *     deleted; of a memory that is full, how many keys or bytes it holds
 */
public record MemoryAnswer(Status status, long version) {
  /** How it went. */
  public enum Status {
    DONE(0),
    /** The key is not as the command expects it; nothing was changed. */
    MISMATCH(1),
    /** There was nothing to delete. */
    NOT_FOUND(2),
    /** The bytes are no command. */
    DAMAGED(3),
    /** One more key is over the command's {@link MemoryBound}; nothing was changed. */
    TOO_MANY_KEYS(4),
    /** The bytes that the command adds are over its {@link MemoryBound}; nothing was changed. */
    TOO_MANY_BYTES(5);

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

  Bytes encode() {
    return new BinaryWriter(1 + Long.BYTES).u8(status.code).i64(version).done();
  }

  /** Reads what the machine answered. */
  public static MemoryAnswer decode(Bytes answer) {
    BinaryReader in = new BinaryReader(answer);
    return new MemoryAnswer(Status.of(in.u8()), in.i64());
  }
}
