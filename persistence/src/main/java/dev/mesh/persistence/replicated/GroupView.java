package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.Records;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoreReader;
import dev.mesh.persistence.local.StoreView;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;

/**
 * A group's state as it was stored at one moment. Thread-safe; touches the disk. An open view keeps
 * old data on disk: close it soon.
 */
public final class GroupView implements AutoCloseable {
  private final StoreView view;
  private final GroupId group;
  private final int format;
  private final int generation;

  GroupView(StoreView view, GroupId group, int format) {
    this.view = view;
    this.group = group;
    this.format = format;
    this.generation = GroupPointer.read(view, group).generation();
  }

  /** Sees what a scan finds. */
  @FunctionalInterface
  public interface Visitor {
    /** Returns whether the scan is to go on. */
    boolean visit(byte[] key, Bytes value);
  }

  /** The value of a key, or null where there is none. */
  public Bytes get(byte[] key) {
    byte[] full = GroupKeys.key(group, generation, key);
    byte[] record = view.get(Space.MACHINE, full);
    return record == null ? null : open(view, format, full, record);
  }

  /** Shows the visitor the keys of {@code [from, to)} in order until it wants no more. */
  public void scan(byte[] from, byte[] to, Visitor visitor) {
    view.scan(
        Space.MACHINE,
        GroupKeys.key(group, generation, from),
        GroupKeys.key(group, generation, to),
        (key, record) -> visitor.visit(GroupKeys.own(key), open(view, format, key, record)));
  }

  /** As {@link #scan} from one key to the end of the state, with the records as they are stored. */
  void scanRecords(byte[] from, StoreReader.Visitor visitor) {
    view.scan(
        Space.MACHINE,
        GroupKeys.key(group, generation, from),
        GroupKeys.start(group, generation + 1),
        (key, record) -> visitor.visit(GroupKeys.own(key), record));
  }

  long appliedIndex() {
    return appliedIndex(view, group, generation);
  }

  static long appliedIndex(StoreReader from, GroupId group, int generation) {
    byte[] key = GroupKeys.applied(group, generation);
    byte[] record = from.get(Space.MACHINE, key);
    return record == null
        ? 0
        : Records.open(record, GroupPointer.FORMAT, from, Space.MACHINE, key).getLong();
  }

  static Bytes open(StoreReader from, int format, byte[] key, byte[] record) {
    int length = Records.open(record, format, from, Space.MACHINE, key).remaining();
    return Bytes.wrap(record, Records.HEADER, length);
  }

  @Override
  public void close() {
    view.close();
  }
}
