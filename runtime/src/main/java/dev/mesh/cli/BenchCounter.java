package dev.mesh.cli;

import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.protocols.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The machine that is measured: counts commands, and answers each with its number. */
final class BenchCounter implements ReplicatedMachine {
  private long count;

  /** A counter's answer as a number. */
  static long read(Bytes answer) {
    return answer.buffer().getLong();
  }

  @Override
  public Bytes apply(Bytes command) {
    count++;
    return value();
  }

  @Override
  public Bytes query(Bytes query) {
    return value();
  }

  private Bytes value() {
    return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(count).array());
  }

  @Override
  public void writeSnapshot(OutputStream out) throws IOException {
    new DataOutputStream(out).writeLong(count);
  }

  @Override
  public void readSnapshot(InputStream in) throws IOException {
    count = new DataInputStream(in).readLong();
  }
}
