package dev.mesh.persistence.replicated;

import dev.mesh.protocols.Bytes;

/** Notes the second byte of each command that it executes, and answers with all of them. */
final class CountingPart implements MachinePart {
  private final int number;
  private final GroupStore store;
  private final RecentRows rows;

  CountingPart(int number, GroupStore store) {
    this.number = number;
    this.store = store;
    this.rows = new RecentRows(store);
  }

  private byte[] key() {
    return new byte[] {(byte) (number << 4)};
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Bytes apply(Bytes command, GroupChanges changes) {
    Bytes before = rows.get(key());
    Bytes after = Bytes.utf8((before == null ? "" : before.asUtf8()) + command.at(1));
    rows.put(key(), after, changes);
    return after;
  }

  @Override
  public void flushTo(GroupChanges changes) {}

  @Override
  public void committed(long commit) {
    rows.committed(commit);
  }

  @Override
  public Bytes answer(Bytes query) {
    Bytes stored = store.get(key());
    return stored == null ? Bytes.EMPTY : stored;
  }

  @Override
  public void forget() {
    rows.forget();
  }
}
