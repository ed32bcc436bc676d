package dev.mesh.protocols;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Reads what {@link BinaryWriter} wrote, without copying. Not thread-safe. */
public final class BinaryReader {
  /** What was read is not of the form that it should have. */
  public static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
      super(message);
    }
  }

  private final Bytes source;
  private final ByteBuffer in;

  public BinaryReader(Bytes source) {
    this.source = source;
    this.in = source.buffer();
  }

  public int u8() {
    need(Byte.BYTES);
    return in.get() & 0xFF;
  }

  public int i32() {
    need(Integer.BYTES);
    return in.getInt();
  }

  public long i64() {
    need(Long.BYTES);
    return in.getLong();
  }

  public UUID uuid() {
    long high = i64();
    return new UUID(high, i64());
  }

  public String text() {
    return bytes().asUtf8();
  }

  public Bytes bytes() {
    int length = i32();
    need(length);
    Bytes value = source.slice(in.position(), length);
    in.position(in.position() + length);
    return value;
  }

  /** A number of items that follow, each of one byte at least. */
  public int count() {
    int count = i32();
    need(count);
    return count;
  }

  /** To be called at the end: nothing may be left. */
  public void end() {
    if (in.hasRemaining()) {
      throw new MalformedException(in.remaining() + " bytes too many");
    }
  }

  private void need(int size) {
    if (size < 0 || in.remaining() < size) {
      throw new MalformedException(
          size + " bytes expected at " + in.position() + " of " + source.length());
    }
  }
}
