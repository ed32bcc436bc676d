package dev.mesh.persistence.contract;

import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** Refuses to work outside of a scope in which references to actors can be written and read. */
public final class ActorHolderSerializer extends SerializerWithStringManifest {
  private final ExtendedActorSystem system;

  public ActorHolderSerializer(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public int identifier() {
    return 7399;
  }

  @Override
  public String manifest(Object value) {
    return "H";
  }

  @Override
  public byte[] toBinary(Object value) {
    checkTransport();
    return Serialization.serializedActorPath(((ActorHolder) value).ref())
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    checkTransport();
    String path = new String(bytes, StandardCharsets.UTF_8);
    return new ActorHolder(system.provider().resolveActorRef(path));
  }

  private void checkTransport() {
    Serialization.Information now = Serialization.getCurrentTransportInformation();
    if (now.system() != system || !now.address().equals(system.provider().getDefaultAddress())) {
      throw new IllegalStateException("the plugin serializes without transport information");
    }
  }
}
