package dev.mesh.persistence.serialization;

/**
 * Marks persisted events and snapshots; Pekko's {@code jackson-cbor} writes them. Implementations
 * are immutable records of types that Jackson knows. The class name is stored with each event, so a
 * class that moves needs a migration (see the package's text).
 */
public interface CborEvent {}
