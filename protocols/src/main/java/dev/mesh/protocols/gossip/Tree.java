package dev.mesh.protocols.gossip;

/** The two states that are gossiped, each in a hash tree of its own. */
public enum Tree {
  /** What peers say of themselves, under their ids. */
  PEERS,
  /** What applications have published, under their keys. */
  ENTRIES
}
