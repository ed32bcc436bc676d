package dev.mesh.persistence.serialization;

/**
 * Marks what travels from peer to peer; {@link MeshSerializer} writes it. Implementations are
 * immutable records of types that Jackson knows.
 */
public interface WireMessage {}
