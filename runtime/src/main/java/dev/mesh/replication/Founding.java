package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.placement.Replicas;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.protocols.raft.Membership;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every founder knows of a new mesh before group 0 has committed anything: who holds which
 * group. It follows from the founders' ids and the two fixed numbers alone, so that all founders
 * begin alike; zones and addresses are not known yet.
 */
public final class Founding {
  private static final String UNKNOWN = "";

  private Founding() {}

  /** The directory of version 0: a group's first members are those that the ring names. */
  public static Directory directory(Collection<PeerId> founders, int slicedGroups, int ledgers) {
    SortedMap<PeerId, Registered> peers = new TreeMap<>();
    SortedMap<PeerId, String> zones = new TreeMap<>();
    for (PeerId founder : founders) {
      peers.put(founder, new Registered(UNKNOWN, UNKNOWN, PeerState.ACTIVE));
      zones.put(founder, UNKNOWN);
    }
    Ring ring = Ring.of(zones);
    SortedMap<GroupId, GroupEntry> groups = new TreeMap<>();
    for (int number = 0; number <= slicedGroups; number++) {
      GroupId group = new GroupId(number);
      groups.put(group, new GroupEntry("", Membership.of(Replicas.of(group, ring)), 0));
    }
    return new Directory(0, slicedGroups, ledgers, peers, groups);
  }
}
