package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.CompositeMachine;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.apache.pekko.actor.ActorSystem;

/** A store, a journal machine in it, and a log in front. */
public final class LocalGroup implements AutoCloseable {
  final Store store;
  final StateMachine machine;
  public final LocalLog log;

  public LocalGroup(Path folder) {
    store = Store.open(folder, StoreFixtures.settings());
    machine = open(store, GroupId.META);
    log = new LocalLog(machine);
  }

  static StateMachine open(Store store, GroupId group) {
    return open(store, group, 1000);
  }

  static StateMachine open(Store store, GroupId group, int cachedHeaders) {
    return CompositeMachine.open(
        store,
        group,
        ForkJoinPool.commonPool(),
        16 << 20,
        List.of(shared -> new JournalMachine(shared, cachedHeaders)));
  }

  /** Makes this the group of an actor system, until the system ends. */
  void serve(ActorSystem system) {
    ReplicatedLogs.get(system).register(log);
    system.registerOnTermination(this::close);
  }

  @Override
  public void close() {
    log.close();
    store.close();
  }
}
