package dev.mesh.replication;

import com.typesafe.config.Config;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.CompositeMachine;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.persistence.replicated.journal.JournalMachine;
import dev.mesh.persistence.replicated.memory.MemoryMachine;
import dev.mesh.protocols.GroupId;
import java.util.List;
import java.util.concurrent.Executor;

/** What every group replicates that shares in the slices: a journal and a shared memory. */
public final class SlicedMachine {
  private SlicedMachine() {}

  /**
   * Opens the group's state, empty at first.
   *
   * @param reads runs queries; they touch the disk
   * @param application its {@code mesh.persistence.replicated.machine} is read
   */
  public static StateMachine open(Store store, GroupId group, Executor reads, Config application) {
    ReplicatedSettings.Machine settings = ReplicatedSettings.Machine.of(application);
    return CompositeMachine.open(
        store,
        group,
        reads,
        settings.maxUnwrittenBytes(),
        List.of(
            shared -> new JournalMachine(shared, settings.cachedHeaders()), MemoryMachine::new));
  }
}
