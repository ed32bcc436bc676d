package dev.mesh.memory;

import dev.mesh.persistence.replicated.memory.MemoryCommand;
import dev.mesh.persistence.replicated.memory.MemoryEntry;
import dev.mesh.protocols.Bytes;
import java.time.Instant;
import java.util.Optional;

/**
 * What is under a key.
 *
 * @param version 1 or more
 * @param expires when it is to be removed, where it is
 */
public record Entry(Bytes value, long version, Optional<Instant> expires) {
  static Entry of(MemoryEntry stored) {
    return new Entry(
        stored.value(),
        stored.version(),
        stored.expiresAtMillis() == MemoryCommand.NEVER
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(stored.expiresAtMillis())));
  }
}
