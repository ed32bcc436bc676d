/**
 * The memory that the peers of a mesh share: versioned values under keys, in namespaces. Begin with
 * {@link dev.mesh.memory.Memory}, which {@code Mesh.memory(namespace)} gives. What is replicated is
 * {@code dev.mesh.persistence.replicated.memory}; here is what asks for it, and the keeper that has
 * expired entries removed.
 */
package dev.mesh.memory;
