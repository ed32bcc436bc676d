package dev.mesh.replication;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** What this peer's groups replicate. */
public final class PeerMachines implements Machines {
  /** Queries of a machine touch the disk: they do not hold up the groups. */
  private static final DispatcherSelector REPLAY =
      DispatcherSelector.fromConfig("mesh.persistence.local.replay-dispatcher");

  private final ActorSystem<?> system;
  private final Store store;
  private final Executor queries;

  public PeerMachines(ActorSystem<?> system, Store store) {
    this.system = system;
    this.store = store;
    this.queries = system.dispatchers().lookup(REPLAY);
  }

  @Override
  public StateMachine open(GroupId group, String name) {
    return SlicedMachine.open(store, group, queries, system.settings().config());
  }
}
