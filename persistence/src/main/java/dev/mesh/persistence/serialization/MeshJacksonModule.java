package dev.mesh.persistence.serialization;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import java.io.IOException;
import java.util.function.Function;

/**
 * Teaches Jackson the base types of {@code dev.mesh.protocols}, which know no library: {@link
 * PeerId} and {@link MeshId} are strings, {@link GroupId} is a number, each also as a map's key,
 * and {@link Bytes} is binary. Named in {@code pekko.serialization.jackson.jackson-modules}.
 */
public final class MeshJacksonModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  public MeshJacksonModule() {
    super("mesh");
    add(PeerId.class, (id, out) -> out.writeString(id.value()), in -> new PeerId(in.getText()));
    addKey(PeerId.class, PeerId::value, PeerId::new);
    add(MeshId.class, (id, out) -> out.writeString(id.value()), in -> new MeshId(in.getText()));
    addKey(MeshId.class, MeshId::value, MeshId::new);
    add(
        GroupId.class,
        (id, out) -> out.writeNumber(id.value()),
        in -> new GroupId(in.getIntValue()));
    addKey(
        GroupId.class,
        id -> Integer.toString(id.value()),
        key -> new GroupId(Integer.parseInt(key)));
    add(
        Bytes.class,
        (bytes, out) -> out.writeBinary(bytes.toArray()),
        in -> Bytes.wrap(in.getBinaryValue()));
  }

  private <T> void add(Class<T> type, Writer<T> writer, Reader<T> reader) {
    addSerializer(
        type,
        new StdScalarSerializer<T>(type) {
          @Override
          public void serialize(T value, JsonGenerator out, SerializerProvider provider)
              throws IOException {
            writer.write(value, out);
          }
        });
    addDeserializer(
        type,
        new StdScalarDeserializer<T>(type) {
          @Override
          public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return reader.read(in);
          }
        });
  }

  private <T> void addKey(Class<T> type, Function<T, String> format, Function<String, T> parse) {
    addKeySerializer(
        type,
        new JsonSerializer<T>() {
          @Override
          public void serialize(T value, JsonGenerator out, SerializerProvider provider)
              throws IOException {
            out.writeFieldName(format.apply(value));
          }
        });
    addKeyDeserializer(
        type,
        new KeyDeserializer() {
          @Override
          public Object deserializeKey(String key, DeserializationContext context) {
            return parse.apply(key);
          }
        });
  }

  private interface Writer<T> {
    void write(T value, JsonGenerator out) throws IOException;
  }

  private interface Reader<T> {
    T read(JsonParser in) throws IOException;
  }
}
