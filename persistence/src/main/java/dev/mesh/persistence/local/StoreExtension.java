package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import java.nio.file.Path;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * Which store an actor system uses: the one that its owner has given with {@link #use}, or else the
 * one in {@code mesh.data-dir}, opened at first use and let go when the system ends. Thread-safe.
 */
public final class StoreExtension implements Extension {
  private static final Id ID = new Id();

  private final ActorSystem system;
  private Store store; // null until first use

  private StoreExtension(ActorSystem system) {
    this.system = system;
  }

  public static StoreExtension get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  /**
   * Has this system use a store that its owner opened and will close after the system has ended.
   *
   * @throws IllegalStateException if this system uses another one already
   */
  public synchronized void use(Store given) {
    if (store != null && store != given) {
      throw new IllegalStateException(
          "actor system %s uses the store in %s already; give it its store before persistence starts"
              .formatted(system.name(), store.folder()));
    }
    store = given;
  }

  /**
   * This system's store.
   *
   * @throws StoreException if {@code mesh.data-dir} is not set or cannot be opened
   */
  public synchronized Store store() {
    if (store == null) {
      Config config = system.settings().config();
      String folder = config.getString("mesh.data-dir");
      if (folder.isBlank()) {
        throw new StoreException(
            "mesh.data-dir is not set: name the folder in which this peer keeps its data");
      }
      Stores.Lease lease = Stores.acquire(Path.of(folder), StoreSettings.of(config));
      system.registerOnTermination(lease::close);
      store = lease.store();
    }
    return store;
  }

  private static final class Id extends AbstractExtensionId<StoreExtension> {
    @Override
    public StoreExtension createExtension(ExtendedActorSystem system) {
      return new StoreExtension(system);
    }
  }
}
