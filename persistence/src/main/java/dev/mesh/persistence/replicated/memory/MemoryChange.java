package dev.mesh.persistence.replicated.memory;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.util.Optional;

/**
 * A change of a key.
 *
 * @param revision of the change; with it, what is under the key has that version
 * @param entry what was put there; empty unless it is a {@link Kind#PUT}
 */
public record MemoryChange(Kind kind, String key, long revision, Optional<MemoryEntry> entry) {
  /** What happened. */
  public enum Kind {
    PUT(1),
    DELETE(2),
    EXPIRE(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new MalformedException("a change of kind " + code);
    }
  }

  /** As it is stored under its revision: the value is with the entry alone. */
  record Row(Kind kind, String namespace, String key) {}

  static Bytes row(Kind kind, String namespace, String key) {
    return new BinaryWriter(32 + namespace.length() + key.length())
        .u8(kind.code)
        .text(namespace)
        .text(key)
        .done();
  }

  static Row decodeRow(Bytes row) {
    BinaryReader in = new BinaryReader(row);
    return new Row(Kind.of(in.u8()), in.text(), in.text());
  }

  int size() {
    return 32 + key.length() + entry.map(MemoryEntry::size).orElse(0);
  }

  void writeTo(BinaryWriter out) {
    out.u8(kind.code).text(key).i64(revision);
    entry.ifPresent(put -> put.writeTo(out));
  }

  static MemoryChange readFrom(BinaryReader in) {
    Kind kind = Kind.of(in.u8());
    String key = in.text();
    long revision = in.i64();
    return new MemoryChange(
        kind,
        key,
        revision,
        kind == Kind.PUT ? Optional.of(MemoryEntry.readFrom(in)) : Optional.empty());
  }
}
