package dev.mesh.protocols;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable run of bytes that can be cut without copying. Whoever wraps an array gives it away:
 * it must not be written afterwards. Thread-safe under that rule.
 */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** The whole of {@code array}, which is given away. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /** A part of {@code array}, which is given away. */
  public static Bytes wrap(byte[] array, int offset, int length) {
    return wrap(array).slice(offset, length);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public byte at(int index) {
    return array[offset + Objects.checkIndex(index, length)];
  }

  /** The same bytes from {@code from} on, {@code size} of them, without a copy. */
  public Bytes slice(int from, int size) {
    Objects.checkFromIndexSize(from, size, length);
    return size == 0 ? EMPTY : new Bytes(array, offset + from, size);
  }

  /** A read-only view, positioned at the first byte. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /** A copy that the caller owns. */
  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** Copies all bytes into {@code target} at its position. */
  public void copyTo(ByteBuffer target) {
    target.put(array, offset, length);
  }

  public String asUtf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + array[offset + i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return "Bytes[" + length + "]";
  }
}
