package dev.mesh.replication;

import dev.mesh.persistence.serialization.MeshIdentity;
import java.io.NotSerializableException;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Puts Raft messages on the wire, in {@link RaftCodec}'s format. Messages of another mesh are
 * refused. Thread-safe.
 */
public final class RaftSerializer extends SerializerWithStringManifest {
  private static final String MANIFEST = "raft";

  private final int identifier;
  private final MeshIdentity identity;

  public RaftSerializer(ExtendedActorSystem system) {
    this.identifier =
        system
            .settings()
            .config()
            .getInt("pekko.actor.serialization-identifiers.\"" + getClass().getName() + "\"");
    this.identity = MeshIdentity.get(system);
  }

  @Override
  public int identifier() {
    return identifier;
  }

  @Override
  public String manifest(Object message) {
    return MANIFEST;
  }

  @Override
  public byte[] toBinary(Object message) {
    return RaftCodec.write(identity.meshId(), (RaftEnvelope) message);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return RaftCodec.read(identity.meshId(), bytes);
  }
}
