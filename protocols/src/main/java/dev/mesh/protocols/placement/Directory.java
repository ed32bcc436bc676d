package dev.mesh.protocols.placement;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Membership;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a mesh knows of itself: its peers, its groups, and which peers hold which group. Group 0
 * keeps it, and every change gives it the next version. Immutable.
 *
 * @param version counts the changes; 0 before the mesh is founded
 * @param slicedGroups how many groups share Pekko's slices: groups 1 to this. Fixed when the mesh
 *     is founded
 * @param ledgers how many ledgers keep the mesh's tasks; fixed when the mesh is founded
 * @param peers the registry; who was removed is absent
 * @param groups all groups, in the order of their numbers
 */
public record Directory(
    long version,
    int slicedGroups,
    int ledgers,
    SortedMap<PeerId, Registered> peers,
    SortedMap<GroupId, GroupEntry> groups) {
  /** Of a mesh that is not founded yet. */
  public static final Directory EMPTY =
      new Directory(0, 0, 0, Collections.emptySortedMap(), Collections.emptySortedMap());

  public Directory {
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
    groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
  }

  /**
   * A peer as the registry has it.
   *
   * @param address the latest {@code host:port} of its remoting
   * @param zone what may fail together with it; replicas are spread over zones
   */
  public record Registered(String address, String zone, PeerState state) {}

  /** What a registered peer is to hold. */
  public enum PeerState {
    /** Replicas, as the ring has it. */
    ACTIVE,
    /** No replicas: those that it has are moved away, and then it is removed. */
    LEAVING
  }

  /**
   * A group and who holds it.
   *
   * @param name given by the application that made the group; empty for group 0 and the sliced ones
   * @param members the latest that group 0 was told of; the group itself may be ahead
   * @param membersIndex where in the group's own log that configuration is; 0 for its first
   */
  public record GroupEntry(String name, Membership members, long membersIndex) {}

  public boolean isFounded() {
    return version > 0;
  }

  /** The group that an application made under {@code name}. */
  public Optional<GroupId> groupNamed(String name) {
    return groups.entrySet().stream()
        .filter(group -> !name.isEmpty() && group.getValue().name().equals(name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The groups that {@code peer} is a member of, voter or learner, in order. */
  public List<GroupId> groupsOf(PeerId peer) {
    return groups.entrySet().stream()
        .filter(group -> group.getValue().members().isMember(peer))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The peers that are to hold replicas, each with its zone: what a {@link Ring} is made of. */
  public SortedMap<PeerId, String> activeZones() {
    SortedMap<PeerId, String> zones = new TreeMap<>();
    peers.forEach(
        (id, peer) -> {
          if (peer.state() == PeerState.ACTIVE) {
            zones.put(id, peer.zone());
          }
        });
    return zones;
  }

  /** The canonical form: equal directories give equal bytes. */
  public Bytes toBytes() {
    return DirectoryCodec.write(this);
  }

  /**
   * Reads what {@link #toBytes} gave.
   *
   * @throws dev.mesh.protocols.BinaryReader.MalformedException if it is not of that form
   */
  public static Directory fromBytes(Bytes bytes) {
    return DirectoryCodec.read(bytes);
  }
}
