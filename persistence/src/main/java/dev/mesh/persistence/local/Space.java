package dev.mesh.persistence.local;

import java.nio.charset.StandardCharsets;

/** The parts of a store. Each is ordered by unsigned bytes and is a RocksDB column family. */
public enum Space {
  /** What the peer knows of itself: format, identity, promises. */
  META("default"),
  /** Events of persistent actors. */
  EVENTS("events"),
  /** Snapshots of persistent actors. */
  SNAPSHOTS("snapshots"),
  /** Logs of replication groups. */
  LOGS("logs"),
  /** State machines of replication groups. */
  MACHINE("machine");

  private final String family;

  Space(String family) {
    this.family = family;
  }

  byte[] family() {
    return family.getBytes(StandardCharsets.UTF_8);
  }
}
