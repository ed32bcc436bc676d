package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * An event of a persistent actor as a sealed record: payload, manifest, writer, time and metadata.
 * Its id and number are its key's. An event in {@link Tagged} is kept without its tags, which no
 * query here asks for. Thread-safe.
 */
final class EventCodec {
  private static final int VERSION = 1;

  private final Serialization serialization;

  EventCodec(ActorSystem system) {
    this.serialization = SerializationExtension.get(system);
  }

  /** Throws whatever the serializer of the event throws. */
  byte[] encode(PersistentRepr event) {
    Object value = event.payload() instanceof Tagged tagged ? tagged.payload() : event.payload();
    Payload payload = Payload.of(serialization, value);
    Payload metadata =
        event.metadata().isDefined() ? Payload.of(serialization, event.metadata().get()) : null;
    byte[] manifest = event.manifest().getBytes(StandardCharsets.UTF_8);
    byte[] writer = event.writerUuid().getBytes(StandardCharsets.UTF_8);
    int size =
        Long.BYTES
            + 2 * Integer.BYTES
            + manifest.length
            + writer.length
            + payload.size()
            + 1
            + (metadata == null ? 0 : metadata.size());
    ByteBuffer record = Records.begin(size).putLong(event.timestamp());
    record.putInt(manifest.length).put(manifest);
    record.putInt(writer.length).put(writer);
    payload.writeTo(record);
    record.put((byte) (metadata == null ? 0 : 1));
    if (metadata != null) {
      metadata.writeTo(record);
    }
    return Records.seal(VERSION, record);
  }

  /** Throws {@link StoreException} on a damaged record, or whatever the serializer throws. */
  PersistentRepr decode(String id, long number, byte[] key, byte[] record, StoreReader from) {
    ByteBuffer source = Records.open(record, VERSION, from, Space.EVENTS, key);
    long timestamp = source.getLong();
    String manifest = text(source);
    String writer = text(source);
    Object payload = Payload.read(serialization, source);
    PersistentRepr event =
        PersistentRepr.apply(payload, number, id, manifest, false, ActorRef.noSender(), writer)
            .withTimestamp(timestamp);
    return source.get() == 0 ? event : event.withMetadata(Payload.read(serialization, source));
  }

  private static String text(ByteBuffer source) {
    byte[] utf8 = new byte[source.getInt()];
    source.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
