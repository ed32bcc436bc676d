package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;

/**
 * How new something gossiped is: the greater version wins, and between equal versions the greater
 * id of the writer, so that all peers choose alike.
 */
public record Stamp(Version version, PeerId writer) implements Comparable<Stamp> {
  @Override
  public int compareTo(Stamp other) {
    int versions = version.compareTo(other.version);
    return versions != 0 ? versions : writer.compareTo(other.writer);
  }

  public boolean isNewerThan(Stamp other) {
    return compareTo(other) > 0;
  }
}
