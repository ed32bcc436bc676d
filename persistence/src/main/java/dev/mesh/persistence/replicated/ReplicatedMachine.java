package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A state machine of an application's own, held in memory and replicated by a group of peers.
 *
 * <p><b>Deterministic.</b> Every replica applies the same commands in the same order, and applies
 * some of them again after a restart: it reads no clock, makes no random draw, looks at nothing but
 * its state and touches nothing else. What a command needs of the outside is put into the command
 * by whoever proposes it.
 *
 * <p><b>Threads.</b> The replica calls it from one thread at a time, which also serves this peer's
 * other groups and their heartbeats: a call that blocks, or takes longer than an election time-out,
 * costs leaders their leadership.
 *
 * <p><b>Failure.</b> An exception from {@link #apply} or from a snapshot stops the replica until
 * its process starts again, and every other replica at the same command: answer a command that
 * makes no sense with an answer that says so.
 */
public interface ReplicatedMachine {
  /**
   * Applies a command that the group has committed.
   *
   * @param command a slice of a larger block: copy what is to be kept for long, or the whole block
   *     stays in memory
   * @return the answer for whoever proposed the command
   */
  Bytes apply(Bytes command);

  /** Answers from the state, which it must not change. An exception is the caller's answer. */
  Bytes query(Bytes query);

  /**
   * Writes the whole state. It is kept in memory as it is written, so the state takes twice its
   * size for a moment, and nothing is applied meanwhile: some 100 MB of state are too much for
   * election time-outs of less than a second.
   */
  void writeSnapshot(OutputStream out) throws IOException;

  /**
   * Replaces the whole state by what {@link #writeSnapshot} wrote, here or at another peer, maybe
   * by an earlier version of the application.
   */
  void readSnapshot(InputStream in) throws IOException;
}
