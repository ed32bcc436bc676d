package dev.mesh.protocols.placement;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A directory's bytes: format version (1 byte), its version, the two fixed numbers, then peers and
 * groups, each a count and the entries in the order of their keys.
 */
final class DirectoryCodec {
  private static final int FORMAT = 1;
  private static final int ACTIVE = 1;
  private static final int LEAVING = 2;
  private static final int BYTES_PER_ENTRY = 128;

  private DirectoryCodec() {}

  static Bytes write(Directory directory) {
    int entries = 1 + directory.peers().size() + directory.groups().size();
    BinaryWriter out = new BinaryWriter(BYTES_PER_ENTRY * entries).u8(FORMAT);
    out.i64(directory.version()).i32(directory.slicedGroups()).i32(directory.ledgers());
    out.i32(directory.peers().size());
    directory.peers().forEach((id, peer) -> write(id, peer, out));
    out.i32(directory.groups().size());
    directory.groups().forEach((id, group) -> write(id, group, out));
    return out.done();
  }

  private static void write(PeerId id, Registered peer, BinaryWriter out) {
    out.text(id.value()).text(peer.address()).text(peer.zone());
    out.u8(peer.state() == PeerState.ACTIVE ? ACTIVE : LEAVING);
  }

  private static void write(GroupId id, GroupEntry group, BinaryWriter out) {
    out.i32(id.value()).text(group.name());
    out.bytes(group.members().toBytes()).i64(group.membersIndex());
  }

  static Directory read(Bytes bytes) {
    BinaryReader in = new BinaryReader(bytes);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException(
          "a directory of format " + format + "; this version reads format " + FORMAT);
    }
    try {
      Directory directory = new Directory(in.i64(), in.i32(), in.i32(), peers(in), groups(in));
      in.end();
      return directory;
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a directory that holds " + e.getMessage());
    }
  }

  private static SortedMap<PeerId, Registered> peers(BinaryReader in) {
    SortedMap<PeerId, Registered> peers = new TreeMap<>();
    for (int left = in.count(); left > 0; left--) {
      peers.put(new PeerId(in.text()), new Registered(in.text(), in.text(), state(in.u8())));
    }
    return peers;
  }

  private static PeerState state(int code) {
    return switch (code) {
      case ACTIVE -> PeerState.ACTIVE;
      case LEAVING -> PeerState.LEAVING;
      default -> throw new MalformedException("state " + code + " of a peer is unknown");
    };
  }

  private static SortedMap<GroupId, GroupEntry> groups(BinaryReader in) {
    SortedMap<GroupId, GroupEntry> groups = new TreeMap<>();
    for (int left = in.count(); left > 0; left--) {
      GroupId id = new GroupId(in.i32());
      String name = in.text();
      Membership members = Membership.fromBytes(in.bytes());
      groups.put(id, new GroupEntry(name, members, in.i64()));
    }
    return groups;
  }
}
