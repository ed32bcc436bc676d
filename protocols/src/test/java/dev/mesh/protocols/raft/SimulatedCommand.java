package dev.mesh.protocols.raft;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;

/**
 * What a simulated client proposes.
 *
 * @param id one for each command, however often it is sent; 0: open a session
 * @param session the client's, empty when it opens one
 * @param padding makes entries of all sizes
 */
record SimulatedCommand(
    long id, String session, long sequence, long acknowledgedBelow, Bytes padding) {

  /** What comes of a command; the same however often it is sent. */
  sealed interface Answer {
    record Opened(String session) implements Answer {}

    /** The command was executed as the entry {@code index}. */
    record Executed(String session, long sequence, long index) implements Answer {}

    record Expired(String session) implements Answer {}
  }

  static SimulatedCommand open() {
    return new SimulatedCommand(0, "", 0, 0, Bytes.EMPTY);
  }

  Bytes toBytes() {
    return new BinaryWriter(64)
        .i64(id)
        .text(session)
        .i64(sequence)
        .i64(acknowledgedBelow)
        .bytes(padding)
        .done();
  }

  static SimulatedCommand of(Bytes bytes) {
    BinaryReader in = new BinaryReader(bytes);
    return new SimulatedCommand(in.i64(), in.text(), in.i64(), in.i64(), in.bytes());
  }
}
