package dev.mesh.persistence.replicated.journal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The sequence numbers that rejected events have used up at the end of what is stored. The next
 * write of the same writer fills them with voids; until then nobody needs to know of them. Beyond
 * the bound the oldest are forgotten, and the next write of such an actor fails with a gap, which
 * makes it recover. Used by the journal's actor.
 */
final class Rejections {
  record Voids(String writer, long firstSeqNr, long lastSeqNr) {}

  private final int capacity;
  private final Map<String, Voids> byId = new LinkedHashMap<>();

  Rejections(int capacity) {
    this.capacity = capacity;
  }

  /** Forgets and returns what is known of an id. */
  Optional<Voids> take(String persistenceId) {
    return Optional.ofNullable(byId.remove(persistenceId));
  }

  void put(String persistenceId, Optional<Voids> voids) {
    voids.ifPresent(present -> byId.put(persistenceId, present));
    if (byId.size() > capacity) {
      byId.remove(byId.keySet().iterator().next());
    }
  }
}
