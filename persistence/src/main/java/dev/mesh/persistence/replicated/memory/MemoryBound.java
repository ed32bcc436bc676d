package dev.mesh.persistence.replicated.memory;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;

/**
 * How much one group's memory may hold for a write to be taken. It travels in the write: peers may
 * be configured differently, and all replicas must decide alike.
 *
 * @param maxKeys keys of all namespaces of the group
 * @param maxBytes of their namespaces, keys and values
 */
public record MemoryBound(long maxKeys, long maxBytes) {
  /** No bound: what writes of an earlier version, which carry none, are taken by. */
  static final MemoryBound NONE = new MemoryBound(Long.MAX_VALUE, Long.MAX_VALUE);

  void writeTo(BinaryWriter out) {
    out.i64(maxKeys).i64(maxBytes);
  }

  static MemoryBound readFrom(BinaryReader in) {
    return new MemoryBound(in.i64(), in.i64());
  }
}
