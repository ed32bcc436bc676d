package dev.mesh.replication;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.persistence.replicated.heap.HeapMachine;
import dev.mesh.persistence.replicated.meta.MetaMachine;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.placement.Directory;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
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
  private final Consumer<Directory> directoryChanged;

  /**
   * The machines of a peer.
   *
   * @param directoryChanged told of every directory that this peer's replica of group 0 comes to;
   *     must not wait
   */
  public PeerMachines(ActorSystem<?> system, Store store, Consumer<Directory> directoryChanged) {
    this.system = system;
    this.store = store;
    this.directoryChanged = directoryChanged;
    this.queries = system.dispatchers().lookup(REPLAY);
  }

  @Override
  public boolean isKnown(String name) {
    return name.isEmpty() || MachineRegistry.get(system).isKnown(name);
  }

  @Override
  public StateMachine open(GroupId group, String name) {
    if (group.equals(GroupId.META)) {
      MetaMachine machine = MetaMachine.open(store, directoryChanged, system.settings().config());
      directoryChanged.accept(machine.directory());
      return machine;
    }
    if (!name.isEmpty()) {
      ReplicatedMachine machine = MachineRegistry.get(system).create(name);
      return HeapMachine.open(store, group, machine, queries, system.settings().config());
    }
    return SlicedMachine.open(store, group, queries, system.settings().config());
  }
}
