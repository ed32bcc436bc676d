package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.concurrent.CompletionStage;

/**
 * The log of replicated groups as a journal sees it. The runtime implements it over Raft and
 * registers it with {@link ReplicatedLogs}. Thread-safe; nothing here blocks.
 *
 * <p>Every stage fails with {@link ReplicatedLogException}, which says whether the outcome is
 * known, and within a bound: an implementation retries for {@code mesh.replication.call-timeout} at
 * most.
 */
public interface ReplicatedLog {

  /**
   * Has {@code command} committed by the group and applied by its state machine. The stage
   * completes with the machine's answer once the command is on disk at a majority. An
   * implementation may retry after an unknown outcome: commands must be such that applying one
   * twice does no harm.
   */
  CompletionStage<Applied> propose(GroupId group, Bytes command);

  /**
   * As {@link #propose}, for commands of which two copies do harm: nothing is proposed again after
   * an unknown outcome, which fails at once with {@code OUTCOME_UNKNOWN}. An implementation that
   * proposes nothing twice need not tell the two apart.
   */
  default CompletionStage<Applied> proposeOnce(GroupId group, Bytes command) {
    return propose(group, command);
  }

  /**
   * An index that covers every command acknowledged before this call (a linearizable read's fence).
   */
  CompletionStage<Long> readIndex(GroupId group);

  /**
   * Asks a replica of the group, this peer's own where it holds one, that has applied at least
   * {@code atLeast}. The query and its answer are the state machine's own language.
   */
  CompletionStage<Bytes> query(GroupId group, long atLeast, Bytes query);

  /** What the machine answered, and the index at which it applied the command. */
  record Applied(long index, Bytes answer) {}
}
