package dev.mesh.replication.link;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The frames of a stream: length (4), then the content. The first frame says who speaks: format
 * version (1), mesh id (16), sender, receiver; every other is group (2) and a message.
 */
final class LinkFrames {
  private static final byte VERSION = 1;
  private static final int MESH_ID_BYTES = 16;
  private static final int MAX_HELLO_BYTES = 256;

  private LinkFrames() {}

  static ByteBuf hello(ByteBufAllocator allocator, MeshId mesh, PeerId from, PeerId to) {
    ByteBuffer out = ByteBuffer.allocate(MAX_HELLO_BYTES);
    out.put(VERSION).put(HexFormat.of().parseHex(mesh.value()));
    RaftCodec.putText(out, from.value());
    RaftCodec.putText(out, to.value());
    out.flip();
    ByteBuf frame = allocator.buffer(Integer.BYTES + out.remaining());
    return frame.writeInt(out.remaining()).writeBytes(out);
  }

  /**
   * Reads who speaks.
   *
   * @throws IOException if it is not meant for this peer of this mesh
   */
  static PeerId readHello(byte[] frame, MeshId mesh, PeerId self) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(frame);
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new IOException("it has format " + version + "; this version reads " + VERSION);
      }
      byte[] id = new byte[MESH_ID_BYTES];
      in.get(id);
      String from = HexFormat.of().formatHex(id);
      if (!from.equals(mesh.value())) {
        throw new IOException("it is of mesh " + from + "; this peer belongs to " + mesh);
      }
      PeerId sender = new PeerId(RaftCodec.getText(in));
      String to = RaftCodec.getText(in);
      if (!to.equals(self.value())) {
        throw new IOException("it is for peer " + to + "; this peer is " + self);
      }
      return sender;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("it does not begin as a stream between replicas does", e);
    }
  }

  static ByteBuf message(ByteBufAllocator allocator, GroupId group, Message message) {
    int most = Integer.BYTES + Short.BYTES + RaftCodec.sizeOf(message);
    ByteBuf frame = allocator.buffer(most, most);
    ByteBuffer out = frame.internalNioBuffer(0, most);
    int start = out.position();
    out.position(start + Integer.BYTES);
    out.putShort((short) group.value());
    RaftCodec.write(out, message);
    int written = out.position() - start;
    out.putInt(start, written - Integer.BYTES);
    return frame.writerIndex(written);
  }

  static void read(byte[] frame, PeerId from, Links.Host host) throws IOException {
    if (frame.length <= Short.BYTES) {
      throw new IOException("a frame of " + frame.length + " bytes holds no message");
    }
    ByteBuffer in = ByteBuffer.wrap(frame);
    GroupId group = new GroupId(Short.toUnsignedInt(in.getShort()));
    host.received(from, group, RaftCodec.read(Bytes.wrap(frame), in));
  }
}
