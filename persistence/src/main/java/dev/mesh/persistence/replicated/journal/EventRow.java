package dev.mesh.persistence.replicated.journal;

import dev.mesh.protocols.Bytes;

/**
 * What stands at one sequence number: an event, or nothing, where the journal had to reject an
 * event whose number was taken already. Without the void the numbers would have gaps, and a lost
 * event could not be told from a rejected one. One byte says which it is; the event's bytes follow
 * and are opaque to the machine.
 */
final class EventRow {
  /** In the place of a rejected event. */
  static final Bytes VOID = Bytes.wrap(new byte[] {0});

  private static final byte EVENT = 1;

  private EventRow() {}

  static Bytes of(byte[] event) {
    byte[] row = new byte[1 + event.length];
    row[0] = EVENT;
    System.arraycopy(event, 0, row, 1, event.length);
    return Bytes.wrap(row);
  }

  static boolean isVoid(Bytes row) {
    return row.at(0) != EVENT;
  }

  /** The event's bytes, owned by the caller. */
  static byte[] event(Bytes row) {
    return row.slice(1, row.length() - 1).toArray();
  }
}
