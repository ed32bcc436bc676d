package dev.mesh.protocols;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Writes binary forms, big-endian, into an array that grows. Not thread-safe. */
public final class BinaryWriter {
  private ByteBuffer out;

  /** {@code expected} bytes are reserved. */
  public BinaryWriter(int expected) {
    out = ByteBuffer.allocate(Math.max(expected, Long.BYTES));
  }

  public BinaryWriter u8(int value) {
    room(Byte.BYTES).put((byte) value);
    return this;
  }

  public BinaryWriter i32(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  public BinaryWriter i64(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  public BinaryWriter uuid(UUID value) {
    return i64(value.getMostSignificantBits()).i64(value.getLeastSignificantBits());
  }

  public BinaryWriter text(String value) {
    return bytes(Bytes.utf8(value));
  }

  /** Length and content. */
  public BinaryWriter bytes(Bytes value) {
    i32(value.length());
    value.copyTo(room(value.length()));
    return this;
  }

  @SuppressWarnings("ByteBufferBackingArray") // allocated here: it starts at 0
  public Bytes done() {
    return Bytes.wrap(out.array(), 0, out.position());
  }

  private ByteBuffer room(int size) {
    if (out.remaining() < size) {
      int capacity = Math.max(out.capacity() * 2, out.position() + size);
      out = ByteBuffer.allocate(capacity).put(out.flip());
    }
    return out;
  }
}
