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
  private PeerId sender;

  /** The term in which the transfer began: another leader's bytes may be cut otherwise. */
  private long term;

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
    boolean continued = term == chunk.term() && mark.equals(Optional.of(chunk.mark()));
    if (!continued) {
      mark = Optional.of(chunk.mark());
      term = chunk.term();
      nextOffset = 0;
    }
    sender = leader;
    if (chunk.offset() == nextOffset) {
      writing = true;
      end = chunk.last() ? nextOffset + chunk.chunk().length() : Long.MAX_VALUE;
      state.outbox.act(
          new Effect.WriteChunk(chunk.mark(), nextOffset, chunk.chunk(), chunk.last()));
    } else {
      answer(leader, chunk.mark(), false);
    }
  }

  void chunkWritten(Input.ChunkWritten written) {
    if (!writing || !mark.equals(Optional.of(written.mark()))) {
      return;
    }
    writing = false;
    nextOffset = written.nextOffset();
    if (nextOffset != end) {
      answer(sender, written.mark(), false);
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
    answer(sender, installed, true);
  }

  /** Nothing to do: the entries came by the log meanwhile. */
  private void answerIfApplied(PeerId leader, SnapshotMark known) {
    if (known.index() <= commitment.applied()) {
      answer(leader, known, true);
    }
  }

  private void answer(PeerId leader, SnapshotMark known, boolean done) {
    state.sendOnceDurable(
        leader, new Message.SnapshotProgress(state.term(), known, nextOffset, done));
  }
}
