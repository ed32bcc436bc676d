package dev.mesh.replication;

import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Many commands as one block of bytes: the payload of one log entry. A block is written once by the
 * leader and then stored, sent and kept as it is; only applying it cuts it up, without copying.
 *
 * <p>Layout: format version (1 byte), then for each command its length (4 bytes) and its bytes.
 */
final class Blocks {
  private static final byte VERSION = 1;
  private static final int HEADER = 1;
  private static final int LENGTH = 4;

  private Blocks() {}

  /** The bytes that a command of {@code length} takes up in a block. */
  static int sizeOf(int length) {
    return LENGTH + length;
  }

  static Bytes join(List<Bytes> commands) {
    int size = HEADER;
    for (Bytes command : commands) {
      size += sizeOf(command.length());
    }
    byte[] block = new byte[size];
    ByteBuffer out = ByteBuffer.wrap(block).put(VERSION);
    for (Bytes command : commands) {
      out.putInt(command.length());
      command.copyTo(out);
    }
    return Bytes.wrap(block);
  }

  static List<Bytes> split(Bytes block) {
    ByteBuffer in = block.buffer();
    byte version = in.get();
    if (version != VERSION) {
      throw new IllegalStateException(
          "a block of commands has format " + version + "; this version reads " + VERSION);
    }
    List<Bytes> commands = new ArrayList<>();
    while (in.hasRemaining()) {
      int length = in.getInt();
      commands.add(block.slice(in.position(), length));
      in.position(in.position() + length);
    }
    return commands;
  }
}
