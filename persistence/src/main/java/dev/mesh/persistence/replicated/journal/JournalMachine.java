package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.GroupChanges;
import dev.mesh.persistence.replicated.GroupStore;
import dev.mesh.persistence.replicated.MachinePart;
import dev.mesh.persistence.replicated.journal.JournalAnswer.Status;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.Bytes;

/**
 * The journal of the persistence ids of one group: claims, events and snapshots. Its rules are in
 * {@link #claim}, {@link #append} and {@link #saveSnapshotPart}; they look at the id's {@link
 * Header} alone. Events and snapshots are opaque to it.
 */
public final class JournalMachine implements MachinePart {
  /** Commands, queries and keys begin with a byte from 0 to 15. */
  private static final int NUMBER = 0;

  private static final JournalAnswer MALFORMED = new JournalAnswer(Status.DAMAGED, 0, 0, 0);

  private final Headers headers;
  private final CommitOrder order;
  private final JournalQueries queries;

  /**
   * The journal in {@code store}, empty at first.
   *
   * @param cachedHeaders persistence ids whose state needs no reading from disk
   */
  public JournalMachine(GroupStore store, int cachedHeaders) {
    this.headers = new Headers(store, cachedHeaders);
    this.order = new CommitOrder(store);
    this.queries = new JournalQueries(store);
  }

  @Override
  public int number() {
    return NUMBER;
  }

  @Override
  public Bytes apply(Bytes command, GroupChanges changes) {
    try {
      return apply(JournalCommand.decode(command), changes).encode();
    } catch (MalformedException e) {
      return MALFORMED.encode();
    }
  }

  @Override
  public void flushTo(GroupChanges changes) {
    headers.flushTo(changes);
    order.flushTo(changes);
  }

  @Override
  public void committed(long number) {
    headers.committed(number);
    order.committed(number);
  }

  @Override
  public Bytes answer(Bytes query) {
    return queries.answer(query);
  }

  @Override
  public void forget() {
    headers.clear();
    order.forget();
  }

  private JournalAnswer apply(JournalCommand command, GroupChanges changes) {
    Header header = headers.get(command.persistenceId());
    if (command instanceof JournalCommand.Claim it) {
      return header.answer(claim(it, header));
    } else if (command instanceof JournalCommand.Append it) {
      return header.answer(append(it, header, changes));
    } else if (command instanceof JournalCommand.DeleteTo it) {
      return header.answer(deleteTo(it, header, changes));
    } else if (command instanceof JournalCommand.SaveSnapshotPart it) {
      return header.answer(saveSnapshotPart(it, header, changes));
    } else if (command instanceof JournalCommand.DeleteSnapshots it) {
      return header.answer(deleteSnapshots(it, header, changes));
    }
    throw new IllegalStateException("no rule for " + command);
  }

  private Status claim(JournalCommand.Claim claim, Header header) {
    if (claim.nonce().equals(header.nonce)) {
      return Status.DONE;
    }
    if (claim.nonce().equals(header.nonceBefore)) {
      return Status.FENCED; // a late copy must not fence the claim that came after the first one
    }
    header.epoch++;
    header.nonceBefore = header.nonce;
    header.nonce = claim.nonce();
    header.writer = "";
    headers.change(claim.persistenceId());
    return Status.DONE;
  }

  private Status append(JournalCommand.Append append, Header header, GroupChanges changes) {
    String id = append.persistenceId();
    boolean bound = !header.writer.isEmpty();
    boolean another = bound && !append.writer().equals(header.writer);
    if (append.epoch() != header.epoch || another) {
      return Status.FENCED;
    }
    if (JournalCommand.Append.checksumOf(append.events()) != append.checksum()) {
      return Status.DAMAGED;
    }
    long last = append.firstSeqNr() + append.events().size() - 1;
    if (append.firstSeqNr() > header.highestSeqNr + 1) {
      return Status.GAP;
    }
    if (append.firstSeqNr() <= header.highestSeqNr) {
      boolean repeated =
          bound
              && append.firstSeqNr() == header.lastFirstSeqNr
              && last == header.highestSeqNr
              && append.checksum() == header.lastChecksum;
      return repeated ? Status.DONE : Status.CONFLICT;
    }
    long seqNr = append.firstSeqNr();
    for (Bytes event : append.events()) {
      changes.put(JournalKeys.event(id, seqNr++), event);
    }
    order.append(id, append.firstSeqNr(), append.events().size(), changes);
    header.writer = append.writer();
    header.highestSeqNr = last;
    header.lastFirstSeqNr = append.firstSeqNr();
    header.lastChecksum = append.checksum();
    headers.change(id);
    return Status.DONE;
  }

  private Status deleteTo(JournalCommand.DeleteTo delete, Header header, GroupChanges changes) {
    String id = delete.persistenceId();
    if (delete.epoch() != header.epoch) {
      return Status.FENCED;
    }
    long to = Math.min(delete.toSeqNr(), header.highestSeqNr);
    if (to > header.deletedTo) {
      changes.deleteRange(
          JournalKeys.event(id, header.deletedTo + 1), JournalKeys.event(id, to + 1));
      header.deletedTo = to;
      headers.change(id);
    }
    if (header.firstRun <= to) {
      header.firstRun = order.delete(id, header.firstRun, to, changes);
      headers.change(id);
    }
    return Status.DONE;
  }

  private Status saveSnapshotPart(
      JournalCommand.SaveSnapshotPart save, Header header, GroupChanges changes) {
    String id = save.persistenceId();
    if (save.epoch() != header.epoch) {
      return Status.FENCED;
    }
    if (JournalCommand.SaveSnapshotPart.checksumOf(save.bytes()) != save.checksum()) {
      return Status.DAMAGED;
    }
    if (!save.key().equals(header.save)) {
      if (save.part() != 0) {
        return Status.GAP;
      }
      beginSave(save, header, changes);
    }
    if (save.part() != header.nextPart) {
      return save.part() < header.nextPart ? Status.DONE : Status.GAP;
    }
    changes.put(JournalKeys.part(id, save.key(), save.part()), save.bytes());
    header.nextPart++;
    if (header.nextPart == header.parts) {
      endSave(save, changes);
    }
    headers.change(id);
    return Status.DONE;
  }

  private static void beginSave(
      JournalCommand.SaveSnapshotPart save, Header header, GroupChanges changes) {
    if (header.nextPart < header.parts) {
      deleteParts(save.persistenceId(), header.save, changes);
    }
    header.save = save.key();
    header.nextPart = 0;
    header.parts = save.of();
  }

  /** Makes the snapshot the only one of its sequence number. */
  private static void endSave(JournalCommand.SaveSnapshotPart save, GroupChanges changes) {
    String id = save.persistenceId();
    SnapshotKey key = save.key();
    changes.deleteRange(
        JournalKeys.snapshotsFrom(id, key.seqNr()), JournalKeys.snapshotsFrom(id, key.seqNr() + 1));
    changes.put(
        JournalKeys.snapshot(id, key), new StoredSnapshot(save.timestamp(), save.of()).encode());
    changes.deleteRange(JournalKeys.partsFrom(id, key.seqNr()), JournalKeys.part(id, key, 0));
    changes.deleteRange(
        JournalKeys.after(JournalKeys.part(id, key, save.of() - 1)),
        JournalKeys.partsFrom(id, key.seqNr() + 1));
  }

  private static Status deleteSnapshots(
      JournalCommand.DeleteSnapshots delete, Header header, GroupChanges changes) {
    if (delete.epoch() != header.epoch) {
      return Status.FENCED;
    }
    for (SnapshotKey key : delete.keys()) {
      changes.delete(JournalKeys.snapshot(delete.persistenceId(), key));
      deleteParts(delete.persistenceId(), key, changes);
    }
    return Status.DONE;
  }

  private static void deleteParts(String id, SnapshotKey key, GroupChanges changes) {
    changes.deleteRange(
        JournalKeys.part(id, key, 0),
        JournalKeys.after(JournalKeys.part(id, key, Integer.MAX_VALUE)));
  }
}
