package dev.mesh.persistence.replicated.memory;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * What is under a key.
 *
 * @param version grows with every write of the key, over deletions too; 1 or more
 * @param expiresAtMillis since the epoch, or {@link MemoryCommand#NEVER}
 */
public record MemoryEntry(long version, long expiresAtMillis, Bytes value) {
  int size() {
    return 2 * Long.BYTES + Integer.BYTES + value.length();
  }

  void writeTo(BinaryWriter out) {
    out.i64(version).i64(expiresAtMillis).bytes(value);
  }

  Bytes encode() {
    BinaryWriter out = new BinaryWriter(size());
    writeTo(out);
    return out.done();
  }

  static MemoryEntry readFrom(BinaryReader in) {
    return new MemoryEntry(in.i64(), in.i64(), in.bytes());
  }

  static MemoryEntry decode(Bytes stored) {
    return readFrom(new BinaryReader(stored));
  }
}
