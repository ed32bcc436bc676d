package dev.mesh.persistence.replicated.heap;

import dev.mesh.persistence.replicated.GroupView;
import dev.mesh.protocols.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads the parts of a stored state, one after the other, from a view that it closes. */
final class PartsInput extends InputStream {
  private final GroupView view;
  private final int count;
  private int next;
  private ByteBuffer part = ByteBuffer.allocate(0);

  PartsInput(GroupView view) {
    this.view = view;
    Bytes stored = view.get(StatePart.countKey());
    this.count = stored == null ? 0 : StatePart.readCount(stored);
  }

  @Override
  public int read() throws IOException {
    return hasMore() ? part.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!hasMore()) {
      return -1;
    }
    int fits = Math.min(length, part.remaining());
    part.get(target, offset, fits);
    return fits;
  }

  private boolean hasMore() throws IOException {
    if (!part.hasRemaining() && next < count) {
      Bytes stored = view.get(StatePart.key(next));
      if (stored == null) {
        throw new IOException("part " + next + " of " + count + " is missing");
      }
      next++;
      part = stored.buffer();
    }
    return part.hasRemaining();
  }

  @Override
  public void close() {
    view.close();
  }
}
