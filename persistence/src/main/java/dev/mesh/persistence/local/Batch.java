package dev.mesh.persistence.local;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes that are made together or not at all, in the order in which they were added. Arrays are
 * given away: neither keys nor values may be written afterwards. Not thread-safe; a batch must not
 * be changed once it was handed to {@link Store#write}.
 */
public final class Batch {
  private static final int OVERHEAD = 16;
  private static final byte[] NOTHING = {};

  private final List<Change> changes = new ArrayList<>(4);
  private long bytes;

  enum Kind {
    PUT,
    DELETE,
    DELETE_RANGE
  }

  /** One change: a key, with the value that is put there or the end of the range deleted. */
  static final class Change {
    final Kind kind;
    final Space space;
    final byte[] key;
    final byte[] more;

    private Change(Kind kind, Space space, byte[] key, byte[] more) {
      this.kind = kind;
      this.space = space;
      this.key = key;
      this.more = more;
    }
  }

  public Batch put(Space space, byte[] key, byte[] value) {
    return add(Kind.PUT, space, key, value);
  }

  /** Deletes a key, whether or not it is there. */
  public Batch delete(Space space, byte[] key) {
    return add(Kind.DELETE, space, key, NOTHING);
  }

  /** Deletes every key in {@code [from, to)}. */
  public Batch deleteRange(Space space, byte[] from, byte[] to) {
    return add(Kind.DELETE_RANGE, space, from, to);
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** About what the batch takes in the log, in bytes. */
  public long bytes() {
    return bytes;
  }

  List<Change> changes() {
    return changes;
  }

  private Batch add(Kind kind, Space space, byte[] key, byte[] more) {
    changes.add(new Change(kind, space, key, more));
    bytes += OVERHEAD + key.length + more.length;
    return this;
  }
}
