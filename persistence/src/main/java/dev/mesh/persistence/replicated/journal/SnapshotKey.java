package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import java.util.UUID;

/**
 * Names one save of a snapshot.
 *
 * @param seqNr the event that it stands at
 * @param saveId tells two saves at the same event apart
 */
record SnapshotKey(long seqNr, UUID saveId) {
  void writeTo(BinaryWriter out) {
    out.i64(seqNr).uuid(saveId);
  }

  static SnapshotKey readFrom(BinaryReader in) {
    return new SnapshotKey(in.i64(), in.uuid());
  }
}
