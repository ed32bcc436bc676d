package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;

/**
 * One of the states that a {@link CompositeMachine} keeps side by side: deterministic, as a {@link
 * StateMachine} is. Called by the machine's thread, but for {@link #answer}.
 *
 * <p>A part has a number from 0 to 15, fixed for ever. The high four bits of the first byte of each
 * of its commands, queries and keys are that number, so parts share a log and a store without
 * knowing of each other; the low four bits are the part's own to give a meaning.
 */
public interface MachinePart {
  /** The largest number that a part may have. */
  int MAX_NUMBER = 15;

  /** 0 to {@value #MAX_NUMBER}. */
  int number();

  /**
   * Applies one command and answers it. What changes goes into {@code changes}, or waits for {@link
   * #flushTo}. A command that is damaged is answered, not thrown; one that this version does not
   * know throws {@link IllegalStateException}, which ends the machine.
   *
   * @param changes of the whole entry, whose other commands may have added to it already
   */
  Bytes apply(Bytes command, GroupChanges changes);

  /** All commands of an entry are applied: adds what was kept back to the entry's changes. */
  void flushTo(GroupChanges changes);

  /** The entry's changes are queued; {@link GroupStore#written} says when they are readable. */
  void committed(long number);

  /**
   * Answers a query from what is stored. Thread-safe; may touch the disk. Everything applied before
   * the query was asked is readable.
   */
  Bytes answer(Bytes query);

  /** The stored state is about to be replaced: what is remembered of it must be read anew. */
  void forget();
}
