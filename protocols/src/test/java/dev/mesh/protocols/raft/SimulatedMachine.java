package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** A state machine whose state is a hash over all that was applied; always durable. */
final class SimulatedMachine {
  private static final int LONGEST_PADDING = 60;

  private final Membership membership;
  private long index;
  private long term;
  private long hash;
  private ByteArrayOutputStream staged = new ByteArrayOutputStream();

  SimulatedMachine(Membership membership) {
    this.membership = membership;
  }

  SnapshotMark mark() {
    return new SnapshotMark(index, term, membership);
  }

  long hash() {
    return hash;
  }

  void apply(List<Entry> entries) {
    for (Entry entry : entries) {
      if (entry.index() != index + 1) {
        throw new AssertionError("entry " + entry.index() + " applied after " + index);
      }
      index = entry.index();
      term = entry.term();
      hash = next(hash, entry);
    }
  }

  static long next(long hash, Entry entry) {
    long mixed = hash * 31 + entry.payload().hashCode();
    return (mixed * 31 + entry.term()) * 0x9E3779B97F4A7C15L + entry.type().code();
  }

  /** The hash, and some more bytes to make chunks of; decided by the state alone. */
  Bytes snapshot() {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + (int) (index % LONGEST_PADDING));
    bytes.putLong(hash);
    while (bytes.hasRemaining()) {
      bytes.put((byte) (bytes.position() + index));
    }
    return Bytes.wrap(bytes.array());
  }

  void stage(long offset, Bytes chunk) {
    if (offset == 0) {
      staged = new ByteArrayOutputStream();
    }
    if (offset != staged.size()) {
      throw new AssertionError("a chunk at " + offset + ", but staged are " + staged.size());
    }
    staged.writeBytes(chunk.toArray());
  }

  void install(SnapshotMark mark) {
    index = mark.index();
    term = mark.term();
    hash = ByteBuffer.wrap(staged.toByteArray()).getLong();
    if (!snapshot().equals(Bytes.wrap(staged.toByteArray()))) {
      throw new AssertionError("the snapshot at " + mark.index() + " arrived altered");
    }
  }
}
