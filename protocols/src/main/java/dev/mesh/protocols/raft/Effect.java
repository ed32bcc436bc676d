package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Optional;

/**
 * What a host does for a core. Effects are carried out in the order given and none needs to wait
 * for another: what must not be said before it is durable is only returned once it is.
 */
public sealed interface Effect {
  /**
   * Write these records, in order, after all earlier ones, and answer with {@link Input.Persisted}.
   * A write that failed must not be answered: stop the core and recover.
   *
   * @param batch counts up by one from 1 in each life of the process
   */
  record Persist(long batch, List<LogRecord> records) implements Effect {
    public Persist {
      records = List.copyOf(records);
    }
  }

  record Send(PeerId to, Message message) implements Effect {}

  /** Starts the timer; one that runs already is replaced. */
  record SetTimer(Timer timer, long afterMillis) implements Effect {}

  record CancelTimer(Timer timer) implements Effect {}

  /**
   * Committed entries for the state machine: in order, without a gap, each once in a life of the
   * process and only when it is on this peer's disk. Answered with {@link Input.Applied}, when
   * durable. With the entries the machine durably keeps the {@link SnapshotMark} it now stands at:
   * {@link Recovery#recovered} asks for it.
   */
  record Apply(List<Entry> entries) implements Effect {
    public Apply {
      entries = List.copyOf(entries);
    }
  }

  /**
   * The proposal has a place in the log; it is not committed. It is acknowledged when an entry with
   * this index and this term is applied; if another term's entry is applied there, it is lost.
   */
  record Proposed(long id, long index, long term) implements Effect {}

  /** The change of membership is committed, as the entry {@code index} or one before it. */
  record Reconfigured(long id, long index) implements Effect {}

  /** The peer named leads now. */
  record LeadershipTransferred(long id) implements Effect {}

  /**
   * What was asked for was not taken and has no effect; only a change of membership that was under
   * way when the leader stepped down may have one yet, and {@code why} says so.
   *
   * @param leader whom to ask instead, if known
   */
  record Refused(long id, Optional<PeerId> leader, String why) implements Effect {}

  /** A machine that has applied {@code index} gives a linearizable answer to the read. */
  record ReadReady(long id, long index) implements Effect {}

  /** Role, term or leader are not what they were. */
  record RoleChanged(Role role, long term, Optional<PeerId> leader) implements Effect {}

  /**
   * Read a piece of a snapshot of this peer's machine for {@code to}, answered with {@link
   * Input.ChunkRead} or {@link Input.ChunkUnavailable}. The bytes must be decided by peer and mark:
   * a transfer may be continued from a snapshot opened again at the same mark.
   *
   * @param mark the snapshot to go on with; empty: open a new one (any other for {@code to} may be
   *     closed)
   */
  record ReadChunk(PeerId to, Optional<SnapshotMark> mark, long offset) implements Effect {}

  /** The snapshot opened for {@code to} is no longer needed. */
  record CloseSnapshot(PeerId to) implements Effect {}

  /**
   * Stage a piece of a leader's snapshot and answer with {@link Input.ChunkWritten}. Offset 0
   * begins anew: whatever is staged already is dropped.
   */
  record WriteChunk(SnapshotMark mark, long offset, Bytes chunk, boolean last) implements Effect {}

  /**
   * Make the staged snapshot the machine's state in one durable step and answer with {@link
   * Input.SnapshotInstalledInMachine}. No {@link Apply} is given until then.
   */
  record InstallSnapshot(SnapshotMark mark) implements Effect {}
}
