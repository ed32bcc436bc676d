package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/** A value as its own serializer writes it: the serializer's id, the manifest, the bytes. */
final class Payload {
  private final int serializer;
  private final byte[] manifest;
  private final byte[] bytes;

  private Payload(int serializer, byte[] manifest, byte[] bytes) {
    this.serializer = serializer;
    this.manifest = manifest;
    this.bytes = bytes;
  }

  /** Serializes a value; throws whatever its serializer throws. */
  static Payload of(Serialization serialization, Object value) {
    Serializer serializer = serialization.findSerializerFor(value);
    byte[] bytes = serialization.serialize(value).get(); // with this system's address for actors
    byte[] manifest = Serializers.manifestFor(serializer, value).getBytes(StandardCharsets.UTF_8);
    return new Payload(serializer.identifier(), manifest, bytes);
  }

  int size() {
    return 3 * Integer.BYTES + manifest.length + bytes.length;
  }

  void writeTo(ByteBuffer target) {
    target.putInt(serializer);
    target.putInt(manifest.length).put(manifest);
    target.putInt(bytes.length).put(bytes);
  }

  /** Reads what {@link #writeTo} wrote; throws whatever the serializer throws. */
  static Object read(Serialization serialization, ByteBuffer source) {
    int serializer = source.getInt();
    String manifest = new String(array(source), StandardCharsets.UTF_8);
    return serialization.deserialize(array(source), serializer, manifest).get();
  }

  private static byte[] array(ByteBuffer source) {
    byte[] array = new byte[source.getInt()];
    source.get(array);
    return array;
  }
}
