package dev.mesh.replication;

import dev.mesh.persistence.replicated.ReplicatedMachine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/**
 * The state machines that the application of an actor system has for groups of their names. A
 * replica of a named group starts once its machine is here. A Pekko extension; thread-safe.
 */
public final class MachineRegistry implements Extension {
  private static final ExtensionId<MachineRegistry> ID =
      new ExtensionId<>() {
        @Override
        public MachineRegistry createExtension(ActorSystem<?> system) {
          return new MachineRegistry();
        }
      };

  private final Map<String, Supplier<? extends ReplicatedMachine>> machines =
      new ConcurrentHashMap<>();
  private volatile Runnable onRegistered = () -> {};

  private MachineRegistry() {}

  public static MachineRegistry get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  /**
   * Adds a machine.
   *
   * @throws IllegalArgumentException if there is one under that name
   */
  public void register(String name, Supplier<? extends ReplicatedMachine> machine) {
    if (machines.putIfAbsent(name, machine) != null) {
      throw new IllegalArgumentException(
          "a machine is replicated under the name '"
              + name
              + "' here already; keep what replicate() gave, or choose another name");
    }
    onRegistered.run();
  }

  boolean isKnown(String name) {
    return machines.containsKey(name);
  }

  /** A new machine for a name that is known. */
  ReplicatedMachine create(String name) {
    return machines.get(name).get();
  }

  /** Has {@code listener}, which must not wait, run after each registration from now on. */
  void onRegistered(Runnable listener) {
    onRegistered = listener;
  }
}
