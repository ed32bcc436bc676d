package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/** What stands under the key of a snapshot that is there in full. */
record StoredSnapshot(long timestamp, int parts) {
  Bytes encode() {
    return new BinaryWriter(Long.BYTES + Integer.BYTES).i64(timestamp).i32(parts).done();
  }

  static StoredSnapshot decode(Bytes stored) {
    BinaryReader in = new BinaryReader(stored);
    return new StoredSnapshot(in.i64(), in.i32());
  }
}
