package dev.mesh.persistence.serialization;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import dev.mesh.protocols.MeshId;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/**
 * Writes {@link WireMessage}s: one byte of format version, the 16 bytes of the sender's mesh id,
 * then the message as CBOR; the manifest is the class name. Reading refuses another mesh's message,
 * an unknown version and a class that is no {@code WireMessage} with a {@link
 * NotSerializableException} that names them: remoting logs it and drops the message. A side that
 * has no mesh yet ({@link MeshId#NONE}) is believed, because peers talk before they found a mesh.
 * Thread-safe.
 */
public final class MeshSerializer extends SerializerWithStringManifest {
  /** The format that this version writes and reads. */
  static final byte VERSION = 1;

  private static final int MESH_ID_BYTES = 16;
  private static final int HEADER_BYTES = 1 + MESH_ID_BYTES;
  private static final String BINDING = "mesh-wire";

  private final ExtendedActorSystem system;
  private final int identifier;
  private final ObjectMapper mapper;
  private final MeshIdentity identity;
  private final WireTraffic traffic;
  private final Map<String, Class<? extends WireMessage>> known = new ConcurrentHashMap<>();

  /** Called by Pekko. */
  public MeshSerializer(ExtendedActorSystem system) {
    this.system = system;
    this.identifier =
        system.settings().config().getInt("pekko.actor.serialization-identifiers." + BINDING);
    this.mapper =
        JacksonObjectMapperProvider.get(system)
            .getOrCreate(BINDING, Optional.of(new CBORFactory()));
    this.identity = MeshIdentity.get(system);
    this.traffic = WireTraffic.get(system);
  }

  @Override
  public int identifier() {
    return identifier;
  }

  @Override
  public String manifest(Object message) {
    return message.getClass().getName();
  }

  @Override
  public byte[] toBinary(Object message) {
    traffic.countSent();
    try {
      byte[] body = mapper.writeValueAsBytes(message);
      byte[] id = HexFormat.of().parseHex(identity.meshId().value());
      byte[] envelope = new byte[HEADER_BYTES + body.length];
      envelope[0] = VERSION;
      System.arraycopy(id, 0, envelope, 1, MESH_ID_BYTES);
      System.arraycopy(body, 0, envelope, HEADER_BYTES, body.length);
      return envelope;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + message.getClass().getName(), e);
    }
  }

  @Override
  public Object fromBinary(byte[] envelope, String manifest) throws NotSerializableException {
    if (envelope.length < HEADER_BYTES || envelope[0] != VERSION) {
      String version = envelope.length == 0 ? "none" : Integer.toString(envelope[0]);
      throw new NotSerializableException(
          "message "
              + manifest
              + " has format version "
              + version
              + ", this peer reads "
              + VERSION
              + ": bring both peers to neighbouring versions");
    }
    checkMesh(
        new MeshId(HexFormat.of().formatHex(Arrays.copyOfRange(envelope, 1, HEADER_BYTES))),
        manifest);
    try {
      return mapper.readValue(
          envelope, HEADER_BYTES, envelope.length - HEADER_BYTES, messageClass(manifest));
    } catch (IOException e) {
      throw refusal("message " + manifest + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void checkMesh(MeshId theirs, String manifest) throws NotSerializableException {
    MeshId ours = identity.meshId();
    if (!theirs.equals(ours) && !theirs.equals(MeshId.NONE) && !ours.equals(MeshId.NONE)) {
      throw new NotSerializableException(
          "message "
              + manifest
              + " comes from mesh "
              + theirs
              + " but this peer belongs to mesh "
              + ours
              + ": check the configured seeds");
    }
  }

  private Class<? extends WireMessage> messageClass(String manifest)
      throws NotSerializableException {
    Class<? extends WireMessage> seen = known.get(manifest);
    if (seen != null) {
      return seen;
    }
    try {
      Class<?> named = Class.forName(manifest, false, system.dynamicAccess().classLoader());
      Class<? extends WireMessage> message = named.asSubclass(WireMessage.class);
      known.put(manifest, message);
      return message;
    } catch (ClassNotFoundException | ClassCastException e) {
      throw refusal("message class " + manifest + " is unknown or is not a WireMessage", e);
    }
  }

  private static NotSerializableException refusal(String text, Exception cause) {
    NotSerializableException refusal = new NotSerializableException(text);
    refusal.initCause(cause);
    return refusal;
  }
}
