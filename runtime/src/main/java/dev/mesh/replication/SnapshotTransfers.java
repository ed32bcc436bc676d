package dev.mesh.replication;

import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Effect;
import dev.mesh.protocols.raft.Input;
import dev.mesh.protocols.raft.SnapshotMark;
import dev.mesh.replication.link.RaftCodec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Reads and stages pieces of snapshots for a core. At most one snapshot is open for each follower
 * and one is staged. Used by the group's actor; what completes elsewhere comes back through {@code
 * later}.
 */
final class SnapshotTransfers {
  /** A snapshot open for a follower, and where it stands. */
  private record Open(SnapshotMark mark, SnapshotReader reader) {}

  private final StateMachine machine;
  private final int chunkBytes;
  private final LongFunction<Optional<SnapshotMark>> markAt;
  private final Consumer<Input> later;
  private final Consumer<Throwable> failed;
  private final Map<PeerId, Open> open = new HashMap<>();
  private SnapshotWriter staging; // null while nothing is staged

  /**
   * @param markAt the mark of an index that the machine has applied; empty if a snapshot there is
   *     of no use
   * @param later takes inputs for the core from any thread
   * @param failed takes what ends the machine, from any thread
   */
  SnapshotTransfers(
      StateMachine machine,
      int chunkBytes,
      LongFunction<Optional<SnapshotMark>> markAt,
      Consumer<Input> later,
      Consumer<Throwable> failed) {
    this.machine = machine;
    this.chunkBytes = chunkBytes;
    this.markAt = markAt;
    this.later = later;
    this.failed = failed;
  }

  void execute(Effect effect) {
    if (effect instanceof Effect.ReadChunk it) {
      later.accept(read(it));
    } else if (effect instanceof Effect.CloseSnapshot it) {
      close(it.to());
    } else if (effect instanceof Effect.WriteChunk it) {
      write(it);
    } else if (effect instanceof Effect.InstallSnapshot it) {
      install(it.mark());
    } else {
      throw new IllegalStateException("no rule for " + effect);
    }
  }

  private Input read(Effect.ReadChunk wanted) {
    PeerId to = wanted.to();
    Open snapshot = open.get(to);
    if (snapshot == null || !wanted.mark().equals(Optional.of(snapshot.mark()))) {
      close(to);
      if (wanted.mark().isPresent()) {
        return new Input.ChunkUnavailable(to);
      }
      SnapshotReader reader = machine.openSnapshot();
      Optional<SnapshotMark> mark = markAt.apply(reader.appliedIndex());
      if (mark.isEmpty()) {
        reader.close();
        return new Input.ChunkUnavailable(to);
      }
      snapshot = new Open(mark.get(), reader);
      open.put(to, snapshot);
    }
    try {
      SnapshotReader.Chunk chunk = snapshot.reader().read(wanted.offset(), chunkBytes);
      return new Input.ChunkRead(to, snapshot.mark(), wanted.offset(), chunk.bytes(), chunk.last());
    } catch (IllegalArgumentException e) {
      close(to);
      return new Input.ChunkUnavailable(to);
    }
  }

  private void close(PeerId to) {
    Open closed = open.remove(to);
    if (closed != null) {
      closed.reader().close();
    }
  }

  void closeAll() {
    open.values().forEach(snapshot -> snapshot.reader().close());
    open.clear();
  }

  private void write(Effect.WriteChunk wanted) {
    if (wanted.offset() == 0) {
      staging = machine.beginInstall();
    }
    SnapshotWriter writer = staging;
    if (writer == null) {
      return;
    }
    try {
      writer
          .write(wanted.offset(), wanted.chunk())
          .thenAccept(
              staged -> later.accept(new Input.ChunkWritten(wanted.mark(), writer.nextOffset())))
          .exceptionally(this::fail);
    } catch (SnapshotWriter.SnapshotDamagedException e) {
      later.accept(new Input.ChunkWritten(wanted.mark(), 0));
    }
  }

  private void install(SnapshotMark mark) {
    staging
        .finish(RaftCodec.writeMark(mark))
        .thenAccept(index -> later.accept(new Input.SnapshotInstalledInMachine(mark)))
        .exceptionally(this::fail);
    staging = null;
  }

  private Void fail(Throwable cause) {
    failed.accept(cause);
    return null;
  }
}
