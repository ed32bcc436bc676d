package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * InstallSnapshot as a follower does it (Figure 13; §7): chunks are staged one after the other;
 * when the last is on disk the state machine takes the snapshot over, and then the log follows.
 */
final class SnapshotReceiver {
  private final RaftState state;
  private final Commitment commitment;
  private Optional<SnapshotMark> mark = Optional.empty();

  /** Who sends the snapshot. */
  private PeerId sender;

  private long nextOffset;
  private boolean writing;

  /** Where the snapshot ends, once its last chunk is being written. */
  private long end;

  SnapshotReceiver(RaftState state, Commitment commitment) {
    this.state = state;
    this.commitment = commitment;
    this.sender = state.self;
  }

  /** The message is of this peer's term, from that term's leader. While busy it is passed over. */
  void receive(PeerId leader, Message.InstallSnapshot chunk) {
    if (writing || commitment.isMachineBusy()) {
      return;
    }
    if (chunk.mark().index() <= commitment.handedOut()) {
      answerIfApplied(leader, chunk.mark());
      return;
    }
    if (!continues(leader, chunk.mark())) {
      mark = Optional.of(chunk.mark());
      sender = leader;
      nextOffset = 0;
    }
    if (!chunk.isIntact()) {
      answer(leader, chunk.mark(), Message.ChunkState.DAMAGED);
    } else if (chunk.offset() == nextOffset) {
      writing = true;
      end = chunk.last() ? nextOffset + chunk.chunk().length() : Long.MAX_VALUE;
      state.outbox.act(
          new Effect.WriteChunk(chunk.mark(), nextOffset, chunk.chunk(), chunk.last()));
    } else {
      answer(leader, chunk.mark(), Message.ChunkState.TAKEN);
    }
  }

  /**
   * Peer and mark decide the bytes of a snapshot ({@link Effect.ReadChunk}), so a transfer goes on
   * where it was, in a later term too. Another peer may have cut the same state otherwise: its
   * transfer begins anew.
   */
  private boolean continues(PeerId leader, SnapshotMark offered) {
    return sender.equals(leader) && mark.equals(Optional.of(offered));
  }

  void chunkWritten(Input.ChunkWritten written) {
    if (!writing || !mark.equals(Optional.of(written.mark()))) {
      return;
    }
    writing = false;
    nextOffset = written.nextOffset();
    if (nextOffset != end) {
      answer(sender, written.mark(), Message.ChunkState.TAKEN);
    } else if (written.mark().index() > commitment.handedOut()) {
      commitment.installing(written.mark());
    } else {
      mark = Optional.empty();
      answerIfApplied(sender, written.mark());
    }
  }

  /** What the log holds after the snapshot stays: this peer may have acknowledged it. */
  void installed(SnapshotMark installed) {
    commitment.installed(installed);
    mark = Optional.empty();
    if (state.log.matches(installed.index(), installed.term())) {
      state.compactTo(installed);
    } else {
      state.replaceLog(installed);
    }
    answer(sender, installed, Message.ChunkState.DONE);
  }

  /** Nothing to do: the entries came by the log meanwhile. */
  private void answerIfApplied(PeerId leader, SnapshotMark known) {
    if (known.index() <= commitment.applied()) {
      answer(leader, known, Message.ChunkState.DONE);
    }
  }

  private void answer(PeerId leader, SnapshotMark known, Message.ChunkState chunk) {
    state.sendOnceDurable(
        leader, new Message.SnapshotProgress(state.term(), known, nextOffset, chunk));
  }
}
