package dev.mesh.persistence.replicated.meta;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.raft.Membership;

/**
 * What group 0 can be asked to change in the directory. Every command may be committed more than
 * once: a repetition changes nothing and is answered as done. The answer is a {@link MetaAnswer}.
 *
 * <p>On the wire and in the log: format version (1 byte), kind (1 byte), the fields in order.
 */
public sealed interface MetaCommand {
  /** The format that this version writes and reads. */
  int FORMAT = 1;

  /** Writes kind and fields. */
  void writeTo(BinaryWriter out);

  default Bytes encode() {
    BinaryWriter out = new BinaryWriter(256).u8(FORMAT);
    writeTo(out);
    return out.done();
  }

  /**
   * Begins the mesh with a directory of version 0, which has group 0 and all sliced groups. Refused
   * if it has begun with other numbers of groups or ledgers: those are fixed.
   */
  record Found(Directory directory) implements MetaCommand {
    static final int KIND = 1;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).bytes(directory.toBytes());
    }
  }

  /**
   * Adds a peer to the registry, or says where one is now. One that leaves goes on leaving.
   *
   * @param address {@code host:port} of its remoting, 255 characters at most
   * @param zone 255 characters at most
   */
  record Register(PeerId peer, String address, String zone) implements MetaCommand {
    static final int KIND = 2;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(peer.value()).text(address).text(zone);
    }
  }

  /** The peer is to give up all that it holds. Refused for the last one that is not leaving. */
  record Leave(PeerId peer) implements MetaCommand {
    static final int KIND = 3;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(peer.value());
    }
  }

  /** Strikes a peer off the registry. Refused while it is a member of a group. */
  record Remove(PeerId peer) implements MetaCommand {
    static final int KIND = 4;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(peer.value());
    }
  }

  /**
   * Records who holds a group now. What is older than what is recorded changes nothing.
   *
   * @param index where in the group's log that configuration is
   */
  record MembersChanged(GroupId group, Membership members, long index) implements MetaCommand {
    static final int KIND = 5;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).i32(group.value()).bytes(members.toBytes()).i64(index);
    }
  }

  /**
   * Makes a group for an application; one of that name that is there already is the answer.
   *
   * @param name 1 to 100 characters of {@code [A-Za-z0-9._/-]}
   */
  record CreateGroup(String name) implements MetaCommand {
    static final int KIND = 6;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(name);
    }
  }

  /**
   * Reads a command.
   *
   * @throws MalformedException if it is damaged
   * @throws IllegalStateException if this version does not know its format or kind
   */
  static MetaCommand decode(Bytes command) {
    BinaryReader in = new BinaryReader(command);
    int format = in.u8();
    if (format != FORMAT) {
      throw unknown("format " + format);
    }
    try {
      MetaCommand decoded = decode(in.u8(), in);
      in.end();
      return decoded;
    } catch (IllegalArgumentException e) { // of an id or a membership
      throw new MalformedException(e.getMessage());
    }
  }

  private static MetaCommand decode(int kind, BinaryReader in) {
    return switch (kind) {
      case Found.KIND -> new Found(Directory.fromBytes(in.bytes()));
      case Register.KIND -> new Register(new PeerId(in.text()), in.text(), in.text());
      case Leave.KIND -> new Leave(new PeerId(in.text()));
      case Remove.KIND -> new Remove(new PeerId(in.text()));
      case MembersChanged.KIND ->
          new MembersChanged(new GroupId(in.i32()), Membership.fromBytes(in.bytes()), in.i64());
      case CreateGroup.KIND -> new CreateGroup(in.text());
      default -> throw unknown("kind " + kind);
    };
  }

  private static IllegalStateException unknown(String what) {
    return new IllegalStateException(
        "a command of the mesh's directory has "
            + what
            + ", which this version does not know;"
            + " run the newer version that the other peers run");
  }
}
