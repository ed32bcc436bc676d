package dev.mesh.protocols.gossip;

/** What gossip spreads: under each name, the one with the newest stamp wins everywhere. */
public sealed interface Gossiped permits PeerFacts, AppEntry {
  /** Unique within its {@link Tree}. */
  String name();

  Stamp stamp();

  /** About how many bytes this is on the wire; rather more than less. */
  int weight();
}
