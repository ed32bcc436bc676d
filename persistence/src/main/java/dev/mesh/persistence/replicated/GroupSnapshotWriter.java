package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Batch;
import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stages a snapshot in the group's next generation. An entry cut in two waits for its rest. */
public final class GroupSnapshotWriter implements SnapshotWriter {
  private static final int MAX_ENTRY_BYTES = 64 << 20;

  private final GroupStore store;
  private final int machineFormat;
  private long nextOffset;
  private byte[] rest = {};
  private boolean begun;
  private boolean ended;
  private long index;
  private long entries;

  GroupSnapshotWriter(GroupStore store, int machineFormat) {
    this.store = store;
    this.machineFormat = machineFormat;
  }

  @Override
  public long nextOffset() {
    return nextOffset;
  }

  /** Whether the last piece was staged, so that only {@link #finish} is left. */
  public boolean isComplete() {
    return ended;
  }

  @Override
  public CompletionStage<Void> write(long offset, Bytes chunk) {
    if (offset + chunk.length() <= nextOffset) {
      return CompletableFuture.completedStage(null);
    }
    if (offset != nextOffset) {
      throw damaged("a piece at " + offset + " does not follow " + nextOffset);
    }
    if (chunk.length() <= SnapshotStream.CRC
        || chunk.buffer().getInt() != SnapshotStream.checksum(chunk)) {
      throw damaged("the checksum of the piece at " + offset + " is wrong");
    }
    int length = chunk.length() - SnapshotStream.CRC;
    ByteBuffer in = ByteBuffer.allocate(rest.length + length).put(rest);
    chunk.slice(SnapshotStream.CRC, length).copyTo(in);
    in.flip();
    Batch batch = new Batch();
    if (!begun) {
      begin(in);
    }
    while (!ended && stageEntry(in, batch)) {
      entries++;
    }
    if (ended && in.hasRemaining()) {
      throw damaged(in.remaining() + " bytes follow its end");
    }
    rest = new byte[in.remaining()];
    in.get(rest);
    nextOffset += chunk.length();
    return store.writeStaged(batch);
  }

  private void begin(ByteBuffer in) {
    if (in.remaining() < SnapshotStream.HEADER) {
      throw damaged("its beginning is cut off");
    }
    byte streamFormat = in.get();
    int format = in.getInt();
    if (streamFormat != SnapshotStream.FORMAT || format > machineFormat) {
      throw damaged(
          "it has formats %d and %d, and this program reads %d and up to %d: run the newer version"
              .formatted(streamFormat, format, SnapshotStream.FORMAT, machineFormat));
    }
    index = in.getLong();
    begun = true;
  }

  /** Stages the next entry if all of it is there; else leaves the buffer as it is. */
  private boolean stageEntry(ByteBuffer in, Batch batch) {
    in.mark();
    if (in.remaining() >= SnapshotStream.TRAILER
        && in.getInt(in.position()) == SnapshotStream.END) {
      end(in);
      return false;
    }
    byte[] key = block(in);
    byte[] record = key == null ? null : block(in);
    if (record == null) {
      in.reset();
      return false;
    }
    store.stage(key, record, batch);
    return true;
  }

  /** Length and that many bytes, or null if they are not all there. */
  private static byte[] block(ByteBuffer in) {
    if (in.remaining() < Integer.BYTES || in.getInt(in.position()) == SnapshotStream.END) {
      return null;
    }
    int length = in.getInt();
    if (length < 0 || length > MAX_ENTRY_BYTES) {
      throw damaged("it has an entry of " + length + " bytes");
    }
    if (in.remaining() < length) {
      return null;
    }
    byte[] block = new byte[length];
    in.get(block);
    return block;
  }

  private void end(ByteBuffer in) {
    in.getInt();
    long sent = in.getLong();
    if (sent != entries) {
      throw damaged("it has " + entries + " entries of " + sent);
    }
    ended = true;
  }

  @Override
  public CompletionStage<Long> finish(Bytes label) {
    if (!ended) {
      throw damaged("it ends at " + nextOffset + " after " + entries + " entries");
    }
    return store.switchToStaged(index, label);
  }

  @Override
  public void abort() {
    store.dropStaged();
  }

  private static SnapshotDamagedException damaged(String what) {
    return new SnapshotDamagedException("the snapshot received is of no use: " + what);
  }
}
