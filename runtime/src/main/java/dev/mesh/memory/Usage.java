package dev.mesh.memory;

/**
 * What the group that keeps a namespace holds, in this namespace and the others that it keeps, and
 * what it may hold: {@code mesh.memory} of the peer that answers.
 *
 * @param bytes of namespaces, keys and values
 */
public record Usage(int group, long keys, long maxKeys, long bytes, long maxBytes) {}
