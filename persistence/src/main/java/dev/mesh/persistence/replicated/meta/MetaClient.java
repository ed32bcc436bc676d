package dev.mesh.persistence.replicated.meta;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.placement.Directory;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Speaks to group 0 from any peer. Stages fail as those of {@link ReplicatedLog} do; a change may
 * be tried again after an unknown outcome. Thread-safe.
 */
public final class MetaClient {
  private final ReplicatedLogs logs;

  public MetaClient(ReplicatedLogs logs) {
    this.logs = logs;
  }

  /** Has a change decided by group 0. A refusal is an answer, not a failure. */
  public CompletionStage<MetaAnswer> propose(MetaCommand command) {
    return logs.log()
        .propose(GroupId.META, command.encode())
        .thenApply(applied -> MetaAnswer.decode(applied.answer()));
  }

  /** The directory as some replica of group 0 has it, if that is newer than {@code version}. */
  public CompletionStage<Optional<Directory>> newerThan(long version) {
    return logs.log()
        .query(GroupId.META, 0, new MetaQuery(version).encode())
        .thenApply(MetaQuery::directoryIn);
  }
}
