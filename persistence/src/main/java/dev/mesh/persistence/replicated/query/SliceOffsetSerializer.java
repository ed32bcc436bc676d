package dev.mesh.persistence.replicated.query;

import dev.mesh.protocols.Bytes;
import java.io.NotSerializableException;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** Stores a {@link SliceOffset} as its text. */
public final class SliceOffsetSerializer extends SerializerWithStringManifest {
  private static final String FORMAT = "1";

  private final int identifier;

  /** Made by Pekko. */
  public SliceOffsetSerializer(ExtendedActorSystem system) {
    identifier =
        system.settings().config().getInt("pekko.actor.serialization-identifiers.mesh-offset");
  }

  @Override
  public int identifier() {
    return identifier;
  }

  @Override
  public String manifest(Object offset) {
    return FORMAT;
  }

  @Override
  public byte[] toBinary(Object offset) {
    return Bytes.utf8(offset.toString()).toArray();
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    if (!manifest.equals(FORMAT)) {
      throw new NotSerializableException(
          "an offset has format " + manifest + "; this version reads " + FORMAT);
    }
    return SliceOffset.parse(Bytes.wrap(bytes).asUtf8());
  }
}
