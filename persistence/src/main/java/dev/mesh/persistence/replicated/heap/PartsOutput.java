package dev.mesh.persistence.replicated.heap;

import dev.mesh.protocols.Bytes;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Gathers what is written into parts of one size; the last one may be shorter. */
final class PartsOutput extends OutputStream {
  private final int partBytes;
  private final List<Bytes> parts = new ArrayList<>();
  private byte[] part;
  private int filled;

  PartsOutput(int partBytes) {
    this.partBytes = partBytes;
    this.part = new byte[partBytes];
  }

  @Override
  public void write(int value) {
    part[filled++] = (byte) value;
    endPartIfFull();
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      int fits = Math.min(left, partBytes - filled);
      System.arraycopy(source, from, part, filled, fits);
      filled += fits;
      from += fits;
      left -= fits;
      endPartIfFull();
    }
  }

  private void endPartIfFull() {
    if (filled == partBytes) {
      parts.add(Bytes.wrap(part));
      part = new byte[partBytes];
      filled = 0;
    }
  }

  /** All that was written; nothing may be written afterwards. */
  List<Bytes> parts() {
    if (filled > 0) {
      parts.add(Bytes.wrap(Arrays.copyOf(part, filled)));
      filled = 0;
    }
    return parts;
  }
}
