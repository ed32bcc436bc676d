package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;

/** What happens to a core: everything it ever learns comes in as one of these. */
public sealed interface Input {
  record Receive(PeerId from, Message message) implements Input {}

  record TimerFired(Timer timer) implements Input {}

  /**
   * Append a block of commands. Answered with {@link Effect.Proposed} or {@link Effect.Refused}.
   *
   * @param id the host's own number for it
   */
  record Propose(long id, Bytes payload) implements Input {}

  /**
   * A linearizable read (thesis §6.4). Answered with {@link Effect.ReadReady} or {@link
   * Effect.Refused}, late if a majority is slow to answer.
   *
   * @param nowMillis the host's monotonic clock when the read came in, by which leases are measured
   *     ({@link RaftSettings#leaseReads}); not looked at without them
   */
  record Read(long id, long nowMillis) implements Input {}

  /**
   * Change the membership (thesis §4). Answered with {@link Effect.Reconfigured} once the change is
   * committed, or with {@link Effect.Refused}. Voters come and go one at a time; who becomes one
   * was a learner that had caught up ({@link Raft#followers}). Asking for what is in force already
   * is answered at once, so a change of unknown outcome may be asked for again.
   */
  record Reconfigure(long id, Membership next) implements Input {}

  /**
   * Give the leadership to a voter (thesis §3.10). Answered with {@link
   * Effect.LeadershipTransferred} or {@link Effect.Refused}, within about an election time-out; no
   * proposals are taken meanwhile.
   */
  record TransferLeadership(long id, PeerId to) implements Input {}

  /** Every {@link Effect.Persist} numbered {@code batch} or less is on disk. */
  record Persisted(long batch) implements Input {}

  /** The state machine holds everything up to {@code index}, durably. */
  record Applied(long index) implements Input {}

  /**
   * Forget the entries up to {@code index}, as far as the state machine is known to hold them. How
   * many are kept behind the applied index for slow followers is the host's choice.
   */
  record Compact(long index) implements Input {}

  /**
   * Answers {@link Effect.ReadChunk}.
   *
   * @param mark where the snapshot that was read from stands
   */
  record ChunkRead(PeerId to, SnapshotMark mark, long offset, Bytes chunk, boolean last)
      implements Input {}

  /** Answers {@link Effect.ReadChunk}: the snapshot cannot be read (any more). */
  record ChunkUnavailable(PeerId to) implements Input {}

  /**
   * Answers {@link Effect.WriteChunk}.
   *
   * @param nextOffset the end of the chunk; less, if the bytes from there on are to be sent again
   *     (0 when what is staged turns out to be damaged)
   */
  record ChunkWritten(SnapshotMark mark, long nextOffset) implements Input {}

  /** Answers {@link Effect.InstallSnapshot}: the machine now durably is what the snapshot says. */
  record SnapshotInstalledInMachine(SnapshotMark mark) implements Input {}
}
