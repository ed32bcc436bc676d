package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.serialization.Snapshot;
import org.apache.pekko.serialization.Serialization;

/**
 * A snapshot as bytes: format version (1 byte), the snapshot, whether there is metadata of the
 * application's (1 byte), the metadata. Both are in Pekko's own envelope for snapshots, which names
 * serializer and manifest. Thread-safe.
 */
final class SnapshotCodec {
  private static final int FORMAT = 1;

  private final Serialization serialization;

  SnapshotCodec(Serialization serialization) {
    this.serialization = serialization;
  }

  /** Throws whatever the serializer of the snapshot throws. */
  Bytes encode(SnapshotMetadata metadata, Object snapshot) {
    Bytes state = serialized(snapshot);
    BinaryWriter out = new BinaryWriter(state.length() + 64).u8(FORMAT).bytes(state);
    if (metadata.metadata().isEmpty()) {
      return out.u8(0).done();
    }
    return out.u8(1).bytes(serialized(metadata.metadata().get())).done();
  }

  SelectedSnapshot decode(SnapshotMetadata metadata, Bytes stored) {
    BinaryReader in = new BinaryReader(stored);
    int format = in.u8();
    if (format != FORMAT) {
      throw new IllegalStateException(
          "the snapshot of '%s' at %d has format %d, which this version does not know"
              .formatted(metadata.persistenceId(), metadata.sequenceNr(), format));
    }
    Object state = deserialized(in.bytes());
    SnapshotMetadata full =
        in.u8() == 0 ? metadata : metadata.withMetadata(deserialized(in.bytes()));
    return SelectedSnapshot.create(full, state);
  }

  private Bytes serialized(Object value) {
    return Bytes.wrap(serialization.serialize(new Snapshot(value)).get());
  }

  private Object deserialized(Bytes bytes) {
    return serialization.deserialize(bytes.toArray(), Snapshot.class).get().data();
  }
}
