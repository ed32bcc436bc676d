package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.ReplicatedSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The claims that the recoveries of this actor system hold, shared by journal and snapshot store.
 * The least recently used are forgotten beyond the bound; such an id is claimed anew at its next
 * write, whose sequence number still protects its events. Two actors of one system that have the
 * same id share a claim, and are told apart by their appends alone. A Pekko extension; thread-safe.
 */
final class Claims implements Extension {
  /**
   * What this system holds of an id.
   *
   * @param epoch that changes are to carry
   * @param index an entry that reads of this id must have seen
   */
  record Claim(long epoch, long index) {
    private Claim newest(Claim other) {
      return new Claim(Math.max(epoch, other.epoch), Math.max(index, other.index));
    }
  }

  private static final Id ID = new Id();

  private final int capacity;
  private final Map<String, Claim> held = new LinkedHashMap<>(16, 0.75f, true);

  private Claims(int capacity) {
    this.capacity = capacity;
  }

  static Claims get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  synchronized Optional<Claim> held(String persistenceId) {
    return Optional.ofNullable(held.get(persistenceId));
  }

  /** Notes a claim, or that a change made under it was applied. */
  synchronized void note(String persistenceId, Claim claim) {
    held.merge(persistenceId, claim, Claim::newest);
    if (held.size() > capacity) {
      held.remove(held.keySet().iterator().next());
    }
  }

  private static final class Id extends AbstractExtensionId<Claims> {
    @Override
    public Claims createExtension(ExtendedActorSystem system) {
      return new Claims(ReplicatedSettings.of(system.settings().config()).claimsKept());
    }
  }
}
