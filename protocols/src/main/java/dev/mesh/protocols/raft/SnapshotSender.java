package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * A snapshot on its way to one follower (§7): one chunk at a time, the next when the follower has
 * it on disk, the same again when it arrived damaged or no answer comes.
 */
final class SnapshotSender {
  private final RaftState state;
  private final PeerId follower;
  private Optional<SnapshotMark> mark = Optional.empty();
  private long offset;
  private boolean reading;
  private int heartbeatsUnanswered;

  SnapshotSender(RaftState state, PeerId follower) {
    this.state = state;
    this.follower = follower;
    read();
  }

  /** The host has read what was asked for; anything else is passed over. */
  void chunkRead(Input.ChunkRead chunk) {
    boolean asked =
        reading && chunk.offset() == offset && (mark.isEmpty() || mark.get().equals(chunk.mark()));
    if (!asked) {
      return;
    }
    if (chunk.chunk().isEmpty() && !chunk.last()) {
      throw new IllegalArgumentException(
          "an empty chunk at " + offset + " of " + chunk.mark() + " is not the last");
    }
    reading = false;
    heartbeatsUnanswered = 0;
    mark = Optional.of(chunk.mark());
    state.outbox.send(
        follower,
        Message.InstallSnapshot.of(
            state.term(), chunk.mark(), offset, chunk.chunk(), chunk.last()));
  }

  /** Returns whether the follower has the whole snapshot. */
  boolean isDoneBy(Message.SnapshotProgress progress) {
    if (mark.isEmpty() || !mark.get().equals(progress.mark())) {
      return false;
    }
    boolean wanted =
        switch (progress.state()) {
          case TAKEN -> progress.nextOffset() != offset;
          case DAMAGED -> true;
          case DONE -> false;
        };
    if (wanted && !reading) {
      offset = progress.nextOffset();
      read();
    }
    return progress.state() == Message.ChunkState.DONE;
  }

  /** Reads and sends the chunk again when it has gone unanswered for an election time-out. */
  void heartbeat() {
    long patience = state.settings.electionTimeoutMinMillis() / state.settings.heartbeatMillis();
    if (!reading && ++heartbeatsUnanswered > patience) {
      read();
    }
  }

  void close() {
    state.outbox.act(new Effect.CloseSnapshot(follower));
  }

  private void read() {
    reading = true;
    state.outbox.act(new Effect.ReadChunk(follower, mark, offset));
  }
}
